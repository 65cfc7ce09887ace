/* Checks of boot_params. */
#ifndef LABS_BZIMAGE_JUDGE_PARAMS_H
#define LABS_BZIMAGE_JUDGE_PARAMS_H

void params_header(void);
void params_fields(void);
void params_initrd(void);
void params_memory(void);

#endif
