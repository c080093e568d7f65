"""German: `layout/sentences/plane.py`."""

PLANE = {
    "plane.title": "{address} in zwei Dimensionen",
    "plane.axis": "Komponente {number} ({share} der Varianz)",
    "plane.rule": "Die {rows} Zeilen zu je {columns} Zahlen, abzüglich ihres Mittelwerts, entlang der beiden "
    "Richtungen, in denen sie sich am meisten unterscheiden (Hauptkomponenten): {share} ihrer Varianz.",
    "plane.before": "Zu jedem Punkt führt eine Linie von dort, wo er war ({before}), entlang derselben Achsen.",
    "plane.before.time": "vorher",
    "plane.after.time": "nachher",
    "plane.single": "Es gibt nur eine Zeile, die sich von keiner anderen unterscheidet: Sie steht bei 0",
    "plane.equal": "Alle Zeilen sind gleich: Sie stehen bei 0, übereinander",
    "plane.line": "Alle Zeilen liegen auf einer Geraden: Es gibt keine zweite Komponente; sie ist hier 0",
    "plane.tied": "Die Komponenten {first} bis {last} haben dieselbe Varianz, also gingen andere Richtungen ebenso "
    "gut: Diese hier liegen jeweils einem Kanal am nächsten",
}
