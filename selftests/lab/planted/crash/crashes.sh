#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A test that takes the machine down with it.
echo c >/proc/sysrq-trigger
