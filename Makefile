# Two commands are the whole set-up on a fresh Debian machine with Rust:
#   make demo   the desk on this machine, nothing to configure
#   make test   everything that is checked, the real mail servers included

.PHONY: help demo letters test accuracy check fmt bench soak fuzz

help:
	@echo "make letters all letters in all languages: target/letters.html"
	@echo "make demo    build, then watch the desk handle its sample mails"
	@echo "make test    all checks and tests; installs Dovecot and Postfix when missing"
	@echo "make accuracy CORPUS=FOLDER   how well mail is understood, one line a source, each miss"
	@echo "make check   formatting and lints only"
	@echo "make fmt     format everything"
	@echo "make bench   10,000 mails handled, beside mbsync copying them (release build);"
	@echo "             what sealing takes of it, and what redacted copies in the mailbox take"
	@echo "make soak    the random tests again, many times longer, a thousand months of desk life,"
	@echo "             and a thousand passwords in every encoding and place"
	@echo "make fuzz    10,000,000 random headers read beside Python's email package (an hour),"
	@echo "             then five minutes of random bytes for each reader (needs cargo-fuzz)"

# ARGS=--once ends after the story, ARGS="--dir FOLDER" keeps the desk elsewhere.
demo:
	@echo "Building the desk (a few minutes the first time) ..."
	@cargo build --locked --bin upgrade-desk
	@cargo run --locked --quiet --bin upgrade-desk -- demo $(ARGS)

letters:
	@cargo run --locked --quiet --bin upgrade-desk -- letters

test:
	@tests/install.sh
	@$(MAKE) --no-print-directory check
	@tests/run.sh

# UPDATE=1 writes better figures down (fixtures/accuracy).
accuracy:
	@cargo test --locked --test accuracy -- --nocapture --test-threads=1

check:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

fmt:
	cargo fmt

# RUNS=1 for a look, 3 for medians.
RUNS ?= 3
bench:
	@tests/install.sh bench
	cargo bench --locked --bench parse
	cargo bench --locked --bench desk -- $(RUNS)

# ROUNDS multiplies what the random tests try; MONTHS are months of desk life;
# TURNS: 96 puts each of 1,000 passwords into every pair of encoding and place.
ROUNDS ?= 50
MONTHS ?= 1000
TURNS ?= 96
soak:
	PROPTEST_CASES=$$((256 * $(ROUNDS))) cargo test --locked --lib --bins --tests
	MONTHS=$(MONTHS) cargo test --locked --release --test it month::a_month -- --nocapture
	@tests/install.sh
	LEAK_TURNS=$(TURNS) cargo test --locked --release --test it leak::no_password -- --ignored --nocapture

# AUTHORS: how many headers; AUTHORS_SEED: others.
AUTHORS ?= 10000000
SECONDS_EACH ?= 300
fuzz:
	@tests/install.sh
	AUTHORS=$(AUTHORS) cargo test --locked --test it authors::no_other -- --ignored --nocapture
	@cargo fuzz --version >/dev/null 2>&1 || \
		{ echo "cargo-fuzz is missing: cargo install cargo-fuzz --locked" >&2; exit 2; }
	for target in mail form time command report; do \
		mkdir -p fuzz/corpus/$$target; \
		cargo fuzz run --sanitizer none $$target fuzz/corpus/$$target fixtures -- \
			-max_total_time=$(SECONDS_EACH) || exit 1; \
	done
