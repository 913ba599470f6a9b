#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 20
sleep 1000
