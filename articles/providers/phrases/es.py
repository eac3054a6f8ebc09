"""The offline writer's phrases in Spanish."""

from articles.providers.phrases.base import Phrases

ES = Phrases(
    notice="Este es un texto de demostración del redactor sin conexión, no un artículo escrito "
    "por un "
    "modelo de IA.",
    lead="Si quieres entender {k}, este artículo explica lo que importa en un orden fácil de "
    "seguir, "
    "desde la idea hasta su uso.",
    title="{K}: guía clara de principio a fin",
    meta_title="{K}: guía clara",
    meta_description="Entiende {k} en pasos claros: qué significa, cómo empezar, qué errores "
    "evitar y una lista "
    "breve de lo que conviene hacer después.",
    headings=(
        "Qué significa {k} y por qué importa",
        "Qué preparar antes de empezar",
        "Los pasos básicos en orden",
        "Qué costes y tiempos conviene prever",
        "Errores frecuentes con {k}",
        "Cómo valorar el resultado",
        "Las opciones más conocidas, una junto a otra",
        "Cómo mantener el ritmo a largo plazo",
    ),
    subheadings=(
        "Una mirada a {a}",
        "El papel de {a}",
        "Cuando cambia {a}",
        "La relación entre {a} y {b}",
    ),
    sentences=(
        "Cuando se habla de {k}, lo primero que se mira es {a}, aunque después el resultado lo "
        "decide {b}.",
        "Muchas personas se fijan en {a} y olvidan {b}, aunque ambas cosas van siempre juntas.",
        "Conviene anotar {a} desde el principio para poder compararlo más tarde con {b}.",
        "Un camino seguro es empezar por {a} y pasar solo después a {b}.",
        "Mientras {a} no esté claro, cualquier decisión sobre {b} será una suposición.",
        "Cada semana se puede revisar {a} y contrastarlo con {b} a final de mes.",
        "Lo importante es que {a} encaje con {b}, no que todo ocurra deprisa.",
        "Quien empieza hace bien en mantener {a} en lo más sencillo hasta que {b} se asiente.",
        "Al hablar con alguien con experiencia, es mejor preguntar por {a} que por {b} en general.",
        "No hay una receta para todos los casos, porque {a} y {b} cambian de una situación a otra.",
    ),
    aspects=(
        "el primer objetivo",
        "el presupuesto disponible",
        "el tiempo de cada día",
        "la calidad de la información",
        "el nivel de riesgo",
        "el gasto habitual",
        "el conocimiento básico",
        "la costumbre de tomar notas",
        "la forma de seguir el avance",
        "la necesidad real",
        "el entorno",
        "la herramienta adecuada",
        "la opinión sincera de otros",
        "un plan para los días malos",
        "el orden de los pasos",
        "el efecto duradero",
    ),
    openers={
        "professional": ("En general, ", "En la práctica, "),
        "casual": ("Dicho de forma sencilla, ", "La verdad es que "),
        "creative": ("Imagina la escena: ", "Como en un largo paseo, "),
    },
    list_intro="Esta lista resume lo que conviene hacer, por orden:",
    table_head=(
        "Criterio",
        "Conviene",
        "Mejor evitar",
    ),
    table_cells=(
        ("fijar una meta clara", "actuar por impulso"),
        ("apuntar las cifras", "fiarse de la memoria"),
        ("ajustar paso a paso", "cambiarlo todo de golpe"),
    ),
    closing_heading="El siguiente paso",
    closing="Elige una pequeña tarea sobre {k} y hazla hoy mismo; el primer resultado te dirá "
    "por dónde "
    "seguir.",
)
