#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# leak.sh: a test that passes but leaves memory behind.

insmod "$JVPN_LEAK" fault=leak && rmmod planted
