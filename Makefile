# SPDX-License-Identifier: GPL-2.0
# The ways into this project; `make help` explains them.

BUILD ?= $(CURDIR)/build
KERNELS ?= 6.1 6.12 7.3 uml smp-kasan smp-kcsan
KERNEL ?= 6.12
LAB := selftests/lab
export JVPN_BUILD := $(BUILD)

all: tools module

module:
	$(LAB)/module.sh host

tools:
	$(MAKE) -C tools BUILD=$(BUILD)

check:
	+@TESTS="$(TESTS)" selftests/run.sh $(KERNELS)

lint:
	@$(LAB)/lint.sh

scenarios:
	@selftests/matrix/full.sh

verify:
	+@formal/verify.sh

# In virtual time, unless a kernel was named.
demo:
	@selftests/demo/run.sh $(if $(filter file,$(origin KERNEL)),uml,$(KERNEL))

shell:
	@$(LAB)/shell.sh $(KERNEL)

install: all
	$(LAB)/install.sh "$(DESTDIR)"

clean:
	rm -rf $(BUILD)

help:
	@echo 'make            the module for the running kernel (KDIR=... for another) and the tools'
	@echo 'make demo       the demonstration, in a virtual machine; KERNEL=6.1, 6.12, 7.3,'
	@echo '                uml (default) or host'
	@echo 'make check      all tests; KERNELS="6.1 6.12 7.3 uml smp-kasan smp-kcsan" and'
	@echo '                TESTS="name ..." select; JVPN_STRESS_SECONDS=600 for a long stress test'
	@echo 'make lint       all static checks'
	@echo 'make verify     the models of formal/, explored; and that they find faults'
	@echo 'make scenarios  docs/scenarios.md, measured anew: a quarter of an hour on two processors'
	@echo 'make shell      a machine to play with; KERNEL=6.1, 6.12 (default), 7.3 or uml'
	@echo 'make install    module and tools; DESTDIR=... for packagers'
	@echo 'make clean      remove build/; the cache of the lab stays'
	@echo 'The lab keeps kernels in JVPN_LAB_CACHE (default ~/.cache/jvpn-lab).'

.PHONY: all module tools check lint scenarios verify demo shell install clean help
