// An OCI registry for tests: release 2.8 of the Distribution project, which Debian ships as docker-registry and which
// many sites still run. It knows nothing of version 1.1 of the specification, such as the Referrers API. It is served
// by the handlers of the module: the command of the module needs a package that is no longer available.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/docker/distribution/configuration"
	_ "github.com/docker/distribution/registry/auth/htpasswd"
	_ "github.com/docker/distribution/registry/auth/token"
	"github.com/docker/distribution/registry/handlers"
	_ "github.com/docker/distribution/registry/storage/driver/filesystem"
)

// Called as the registry in ../registry: serve CONFIG.
func main() {
	file, err := os.Open(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	config, err := configuration.Parse(file)
	if err != nil {
		log.Fatal(err)
	}
	app := handlers.NewApp(context.Background(), config)
	if tls := config.HTTP.TLS; tls.Certificate != "" {
		log.Fatal(http.ListenAndServeTLS(config.HTTP.Addr, tls.Certificate, tls.Key, app))
	}
	log.Fatal(http.ListenAndServe(config.HTTP.Addr, app))
}
