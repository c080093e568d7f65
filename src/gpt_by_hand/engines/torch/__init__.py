"""The same GPT as a PyTorch module, for GPUs and for scale. It shares no code with the formulas.

So where the two agree, each is evidence for the other.
"""
