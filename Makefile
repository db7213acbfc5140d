# Strongroom's commands. Each installs what it needs from packages.txt, then does one thing. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: run stop test check bench format lint docs install help release

PREFIX ?= /usr/local

packages-%:
	@.ci/install-packages $*

release: packages-build
	@.ci/step "build" .ci/build release

run: release ## Build, start the daemon and show what it does with a real .env
	@.ci/demo

stop: ## End the daemon that `make run` started
	@.ci/demo --stop

test: packages-build packages-test ## Build and run every test
	@.ci/step "build" .ci/build release
	@.ci/step "tests" ctest --test-dir build/release --output-on-failure --no-tests=error -j2

check: packages-build packages-test packages-check ## Format, lint, architecture, sanitizers, a short fuzz
	@.ci/step "format" .ci/format --check
	@.ci/step "build" .ci/build release
	@.ci/step "benchmarks, built only" .ci/build release benchmarks
	@.ci/step "lint" .ci/lint
	@.ci/step "architecture" ctest --test-dir build/release --output-on-failure --no-tests=error -L architecture
	@.ci/step "sanitizers" .ci/sanitize
	@.ci/step "fuzz" .ci/fuzz 10
	@echo "make check: everything passed"

bench: packages-build packages-test packages-bench ## Measure against floors and peers in the same run
	@.ci/step "build" .ci/build release
	@.ci/step "bench" tests/bench/run

format: packages-check ## Format every C and C++ file
	@.ci/format

lint: packages-build packages-check ## Banned words and clang-tidy
	@.ci/build release
	@.ci/lint

docs: release ## Write the generated pages anew (docs/cli.md, docs/protocol, docs/configuration.md)
	@.ci/generate-docs

install: release ## Install below PREFIX (default /usr/local)
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)"

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
