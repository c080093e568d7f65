"""Models from other programs and for them: Hugging Face's folders, nanoGPT's files, names on the hub."""
