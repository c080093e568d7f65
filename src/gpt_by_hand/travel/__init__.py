"""Models that come from other programs and go to them: Hugging Face's folders, nanoGPT's files, our checkpoints."""
