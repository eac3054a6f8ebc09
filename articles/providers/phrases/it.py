"""The offline writer's phrases in Italian."""

from articles.providers.phrases.base import Phrases

IT = Phrases(
    notice="Questo è un testo dimostrativo dello scrittore offline, non un articolo scritto da un "
    "modello di IA.",
    lead="Per capire {k}, questo articolo presenta ciò che conta in un ordine facile da seguire, "
    "dall’idea fino all’uso pratico.",
    title="{K}: guida chiara dall’inizio alla fine",
    meta_title="{K}: guida chiara",
    meta_description="Capire {k} in passaggi chiari: che cosa significa, come iniziare, quali "
    "errori evitare e che "
    "cosa fare dopo.",
    headings=(
        "Che cosa significa {k} e perché è importante",
        "Che cosa preparare prima di iniziare",
        "I passaggi di base in ordine",
        "Quali costi e tempi prevedere",
        "Errori comuni con {k}",
        "Come valutare il risultato",
        "Le opzioni più note a confronto",
        "Come continuare nel lungo periodo",
    ),
    subheadings=(
        "Uno sguardo: {a}",
        "Che ruolo ha {a}",
        "Quando cambia {a}",
        "Il legame fra {a} e {b}",
    ),
    sentences=(
        "Quando si parla di {k}, si guarda prima {a}, mentre più tardi è {b} a decidere il "
        "risultato.",
        "Molti considerano {a} e dimenticano {b}, anche se le due cose vanno sempre insieme.",
        "Conviene annotare {a} fin dall’inizio, per poter poi fare un confronto con {b}.",
        "Una strada sicura è questa: prima {a}, e solo dopo {b}.",
        "Finché {a} non è chiaro, ogni decisione su {b} resta una semplice ipotesi.",
        "Ogni settimana si può verificare {a} e alla fine del mese confrontare tutto con {b}.",
        "Quello che conta è che {a} sia in accordo con {b}, non che tutto avvenga in fretta.",
        "Per chi comincia è meglio che {a} resti semplice finché {b} non diventa stabile.",
        "Con una persona esperta è utile una domanda precisa su {a}, non una domanda generica su "
        "{b}.",
        "Non esiste una ricetta per tutti, perché {a} e {b} cambiano da un caso all’altro.",
    ),
    aspects=(
        "il primo obiettivo",
        "il budget disponibile",
        "il tempo di ogni giorno",
        "la qualità delle informazioni",
        "il livello di rischio",
        "la spesa corrente",
        "la conoscenza di base",
        "l’abitudine di prendere appunti",
        "il modo di seguire i progressi",
        "il bisogno reale",
        "la situazione intorno",
        "lo strumento giusto",
        "un parere sincero",
        "un piano per i giorni difficili",
        "l’ordine dei passaggi",
        "l’effetto duraturo",
    ),
    openers={
        "professional": ("In linea generale, ", "Nella pratica, "),
        "casual": ("In parole semplici, ", "A dire il vero, "),
        "creative": ("Immaginate la scena: ", "Come in un lungo cammino, "),
    },
    list_intro="L’elenco seguente riassume che cosa fare, in ordine:",
    table_head=(
        "Criterio",
        "Da fare",
        "Da evitare",
    ),
    table_cells=(
        ("fissare un punto chiaro", "seguire l’umore"),
        ("scrivere i numeri", "fidarsi della memoria"),
        ("correggere passo dopo passo", "cambiare tutto insieme"),
    ),
    closing_heading="Il prossimo passo",
    closing="Scegliete una piccola cosa su {k} e fatela oggi; il primo risultato vi dirà come "
    "proseguire.",
)
