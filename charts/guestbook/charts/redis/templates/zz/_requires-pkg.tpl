{{ this_chart_needs_pkg_see_its_README }}{{/* Not for pkg, which skips this file: it stops Helm, which cannot read .hbs templates. */}}
