# Thin names over the npm scripts; package.json is where the commands live.
.PHONY: setup dev test api-test test-coverage fmt lint clippy audit build clean health

setup:
	@command -v npm >/dev/null || { echo "make setup needs npm: install Node.js 20 or newer with npm, then run it again." >&2; exit 1; }
	npm ci
	@echo ready

dev:
	npm run dev

test:
	npm run test

api-test:
	npm run test:api

test-coverage:
	npm run test:coverage

fmt:
	npm run fmt

lint:
	npm run lint

clippy: lint

audit:
	npm audit --omit=dev

build:
	npm run build

# Takes away what build and test-coverage wrote. node_modules stays: setup owns it, and git ignores it.
clean:
	npm run clean

# Zero when the server answers, non-zero when not.
health:
	@url="$${KONTOR_URL:-http://localhost:3000}/health"; \
	if command -v curl >/dev/null; then curl -fsS "$$url" && echo; \
	elif command -v wget >/dev/null; then wget -qO- "$$url" && echo; \
	else node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "$$url"; fi
