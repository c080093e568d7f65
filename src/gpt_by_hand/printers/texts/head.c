/*
  $title.
  $about

  All of it is in this file: $how

  Compile:  $compile
  Train:    ./gpt data/tiny_demo_words
  Ask:      ./gpt --help

  It trains as gpt-by-hand train does: the same first weights, batches and losses for the same seed. Nothing is saved.

  In order, this file holds the sizes and constants, the memory for every tensor, ${helpers}the
  formulas, function by function, the random numbers, the first weights, the data, and the training. Printed by
  gpt-by-hand print c$option.
*/

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define COUNT(tensor) ((int)(sizeof(tensor) / sizeof(float)))  /* how many numbers a tensor has */
