"""The offline writer's phrases in French."""

from articles.providers.phrases.base import Phrases

FR = Phrases(
    notice="Ceci est un texte de démonstration du rédacteur hors ligne, et non un article écrit "
    "par un "
    "modèle d’IA.",
    lead="Pour comprendre {k}, cet article présente l’essentiel dans un ordre facile à suivre, de "
    "l’idée jusqu’à la pratique.",
    title="{K} : le guide clair du début à la fin",
    meta_title="{K} : le guide clair",
    meta_description="Comprendre {k} en étapes claires : ce que cela signifie, comment "
    "commencer, les erreurs à "
    "éviter et ce qu’il faut faire ensuite.",
    headings=(
        "Ce que signifie {k} et pourquoi c’est important",
        "Que préparer avant de commencer",
        "Les étapes de base dans l’ordre",
        "Quels coûts et quels délais prévoir",
        "Les erreurs fréquentes avec {k}",
        "Comment juger le résultat",
        "Les options connues côte à côte",
        "Comment tenir sur la durée",
    ),
    subheadings=(
        "Un regard sur {a}",
        "La place que prend {a}",
        "Quand {a} change",
        "Le lien entre {a} et {b}",
    ),
    sentences=(
        "Quand on parle de {k}, on regarde d’abord {a}, alors que {b} décide plus tard du "
        "résultat.",
        "Beaucoup de gens pensent à {a} et oublient {b}, alors que les deux vont toujours "
        "ensemble.",
        "Il est utile de noter {a} dès le début pour pouvoir comparer ensuite avec {b}.",
        "Une voie sûre consiste à commencer par {a}, puis seulement à aborder {b}.",
        "Tant que {a} reste flou, toute décision sur {b} n’est qu’une supposition.",
        "On peut vérifier {a} chaque semaine et faire le point sur {b} à la fin du mois.",
        "Ce qui compte, c’est que {a} convienne avec {b}, et non que tout aille vite.",
        "Pour débuter, il vaut mieux garder {a} au plus simple jusqu’à ce que {b} se stabilise.",
        "Face à une personne expérimentée, mieux vaut une question précise sur {a} qu’une "
        "question vague sur {b}.",
        "Il n’existe pas de recette pour tous, car {a} et {b} changent d’un cas à l’autre.",
    ),
    aspects=(
        "le premier objectif",
        "le budget disponible",
        "le temps de chaque jour",
        "la qualité des informations",
        "le niveau de risque",
        "la dépense régulière",
        "la connaissance de base",
        "l’habitude de prendre des notes",
        "la façon de suivre les progrès",
        "le besoin réel",
        "le cadre de vie",
        "l’outil adapté",
        "un avis honnête",
        "un plan pour les mauvais jours",
        "l’ordre des étapes",
        "l’effet durable",
    ),
    openers={
        "professional": ("En règle générale, ", "Dans la pratique, "),
        "casual": ("Pour le dire simplement, ", "Soyons francs : "),
        "creative": ("Imaginez la scène : ", "Comme au cours d’une longue marche, "),
    },
    list_intro="La liste suivante résume ce qu’il faut faire, dans l’ordre :",
    table_head=(
        "Critère",
        "À faire",
        "À éviter",
    ),
    table_cells=(
        ("fixer un repère clair", "suivre son humeur"),
        ("noter les chiffres", "se fier à sa mémoire"),
        ("ajuster pas à pas", "tout changer d’un coup"),
    ),
    closing_heading="La prochaine étape",
    closing="Choisissez une petite action liée à {k} et faites-la aujourd’hui ; le premier "
    "résultat vous "
    "dira comment continuer.",
)
