# SPDX-License-Identifier: GPL-2.0
"""Imported for its effect: the helpers of ../netns can be imported after it."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../netns"))
