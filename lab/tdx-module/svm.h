/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SVM on each CPU, and the VCPUs' memory.
 */
#ifndef _LAB_TDX_SVM_H
#define _LAB_TDX_SVM_H

int svm_start(void);
void svm_stop(void);

#endif /* _LAB_TDX_SVM_H */
