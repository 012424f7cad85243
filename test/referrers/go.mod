// The registry with the Referrers API, which the other one does not have.
module kubepkg/referrers

go 1.26.0

require github.com/google/go-containerregistry v0.21.7
