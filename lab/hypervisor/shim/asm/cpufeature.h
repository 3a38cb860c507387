/* SPDX-License-Identifier: GPL-2.0-only */
#define cpu_feature_enabled(feature) 1
