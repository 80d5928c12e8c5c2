#pragma once

// What the process was started with, the name of the program first; ended by null.
//
// Swift's own list is empty where there is no /proc: a `--dry-run` would be lost without a word.
char *_Nullable const *_Nonnull astra_arguments(void);

// Gives the process the name by which `ps` and `pkill` know it; Linux keeps 15 bytes.
void astra_name_process(const char *_Nonnull name);
