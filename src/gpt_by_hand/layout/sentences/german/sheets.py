"""German: `layout/sentences/sheets.py`."""

SHEETS = {
    "sheet.name": "Name: ",
    "sheet.date": "  Datum: ",
    "sheet.words": "Die Wörter: {words}",
    "sheet.vocabulary": "Das Vokabular: {words}",
    "sheet.for": "für {where}",
    "sheet.have": "schon bekannt: ",
    "sheet.help": "Hilfe: dieselbe Formel, ausgerechnet für runde Zahlen {operand}; dazwischen anteilig, darüber "
    "hinaus die letzte Zahl",
    "sheet.answer": "Deine Antwort:",
    "sheet.seed": "Seed {seed}",
    "sheet.again": "Seed {seed}: {command}",
    "sheet.trace": "Dieselben Zahlen: {command}",
    "sheet.page": "Seite {page} von {pages}",
    "key.page": "Lösungen, Seite {page} von {pages}",
    "key.title": "Lösungen: {title}, Seed {seed}",
    "key.about": "Jede Antwort ist aus den genauen Zahlen berechnet; erst danach sind alle Zahlen ihres Rechenwegs "
    "gerundet. Wo die gerundeten Zahlen eines Blattes zu anderen Ziffern führen können, steht dabei, was noch richtig "
    "ist.",
    "key.gives": "mit den gerundeten Zahlen des Blattes ergibt sich {number}",
    "key.accept": "richtig ist {low} bis {high}",
    "key.blurred": "hängt zu sehr von der Rundung ab: was richtig ist, lässt sich nicht sagen",
}
