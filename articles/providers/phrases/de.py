"""The offline writer's phrases in German."""

from articles.providers.phrases.base import Phrases

DE = Phrases(
    notice="Dies ist ein Beispieltext des Offline-Schreibers, kein Artikel eines KI-Modells.",
    lead="Wer {k} verstehen möchte, findet hier in gut nachvollziehbarer Reihenfolge, worauf es "
    "ankommt, von der Idee bis zur Anwendung.",
    title="{K}: ein klarer Leitfaden von Anfang bis Ende",
    meta_title="{K}: ein klarer Leitfaden",
    meta_description="{K} in klaren Schritten: was es bedeutet, wie man beginnt, welche Fehler "
    "man meidet und was "
    "als Nächstes zu tun ist.",
    headings=(
        "Was {k} bedeutet und warum es wichtig ist",
        "Was vor dem Anfang zu klären ist",
        "Die wichtigsten Schritte der Reihe nach",
        "Mit welchen Kosten zu rechnen ist",
        "Häufige Fehler bei {k}",
        "Woran man ein gutes Ergebnis erkennt",
        "Bekannte Möglichkeiten im Vergleich",
        "Wie man auf Dauer dabei bleibt",
    ),
    subheadings=(
        "Ein Blick auf: {a}",
        "Wichtig dabei: {a}",
        "Wenn sich etwas ändert: {a}",
        "Wie es zusammenhängt: {a} und {b}",
    ),
    sentences=(
        "Bei {k} zählt zuerst ein Punkt: {a}; über das Ergebnis entscheidet später aber {b}.",
        "Viele denken an das eine, nämlich {a}, und übersehen das andere: {b}.",
        "Es lohnt sich, zu Beginn zwei Dinge zu notieren: {a} und {b}.",
        "Ein sicherer Weg beginnt so: erst {a}, danach {b}.",
        "Solange nicht klar ist, was {a} bedeutet, bleibt auch {b} eine bloße Vermutung.",
        "Einmal in der Woche lässt sich prüfen, ob {a} und {b} noch zueinander passen.",
        "Entscheidend ist nicht das Tempo, sondern dass {a} und {b} zusammenpassen.",
        "Für den Anfang genügt es, wenn {a} einfach bleibt und {b} langsam wächst.",
        "Im Gespräch mit erfahrenen Menschen hilft eine genaue Frage: Wie wichtig ist {a}, und "
        "wie wichtig ist {b}?",
        "Ein Rezept für alle gibt es nicht, denn {a} und {b} sind von Fall zu Fall verschieden.",
    ),
    aspects=(
        "das erste Ziel",
        "der eigene Vorrat an Mitteln",
        "die freie Zeit am Tag",
        "die Güte der Informationen",
        "das mögliche Risiko",
        "der laufende Aufwand",
        "das nötige Grundwissen",
        "die Gewohnheit, Notizen zu machen",
        "der Blick auf den Fortschritt",
        "der wirkliche Bedarf",
        "das richtige Werkzeug",
        "ein ehrliches Urteil von außen",
        "ein Plan für schlechte Tage",
        "die Reihenfolge der Schritte",
        "die Wirkung auf lange Sicht",
    ),
    openers={
        "professional": ("Grundsätzlich gilt: ", "In der Praxis zeigt sich: "),
        "casual": ("Einfach gesagt: ", "Mal ehrlich: "),
        "creative": ("Man stelle sich vor: ", "Wie auf einer langen Wanderung gilt: "),
    },
    list_intro="Die folgende Liste fasst zusammen, was der Reihe nach zu tun ist:",
    table_head=(
        "Merkmal",
        "Gut so",
        "Besser nicht",
    ),
    table_cells=(
        ("ein klares Maß setzen", "nach Laune handeln"),
        ("Zahlen aufschreiben", "nur dem Gedächtnis trauen"),
        ("Schritt für Schritt ändern", "alles auf einmal ändern"),
    ),
    closing_heading="Der nächste Schritt",
    closing="Am besten beginnt man heute mit einer kleinen Sache rund um {k}; das erste "
    "Ergebnis zeigt, "
    "wohin der Weg weiterführt.",
)
