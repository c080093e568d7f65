"""Questions made from the formulas, answers judged, mistakes named; at the terminal, and in booklets on paper."""
