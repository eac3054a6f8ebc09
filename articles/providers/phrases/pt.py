"""The offline writer's phrases in Portuguese."""

from articles.providers.phrases.base import Phrases

PT = Phrases(
    notice="Este é um texto de demonstração do redator offline, não um artigo escrito por um "
    "modelo de "
    "IA.",
    lead="Se você quer entender {k}, este artigo apresenta o que importa em uma ordem fácil de "
    "seguir, "
    "da ideia até a prática.",
    title="{K}: guia claro do começo ao fim",
    meta_title="{K}: guia claro",
    meta_description="Entenda {k} em passos claros: o que significa, como começar, quais erros "
    "evitar e uma lista "
    "curta do que fazer depois.",
    headings=(
        "O que significa {k} e por que importa",
        "O que preparar antes de começar",
        "Os passos básicos em ordem",
        "Quais custos e prazos prever",
        "Erros comuns com {k}",
        "Como avaliar o resultado",
        "As opções mais conhecidas lado a lado",
        "Como manter o ritmo a longo prazo",
    ),
    subheadings=(
        "Um olhar sobre {a}",
        "O papel que tem {a}",
        "Quando muda {a}",
        "A relação entre {a} e {b}",
    ),
    sentences=(
        "Quando se fala em {k}, a primeira coisa que se observa é {a}, mas quem decide o "
        "resultado depois é {b}.",
        "Muitas pessoas pensam em {a} e esquecem {b}, embora as duas coisas andem sempre juntas.",
        "Vale a pena anotar {a} desde o início, para comparar mais tarde com {b}.",
        "Um caminho seguro é começar com {a} e só depois passar para {b}.",
        "Enquanto não estiver claro {a}, qualquer decisão sobre {b} será apenas um palpite.",
        "Toda semana você pode conferir {a} e, no fim do mês, comparar com {b}.",
        "O importante é que {a} combine com {b}, e não que tudo aconteça depressa.",
        "Quem está começando faz bem em manter {a} da forma mais simples até que {b} se "
        "estabilize.",
        "Ao conversar com alguém experiente, pergunte sobre {a} em detalhe, e não sobre {b} em "
        "geral.",
        "Não existe uma receita para todos os casos, pois {a} e {b} mudam de uma situação para "
        "outra.",
    ),
    aspects=(
        "o primeiro objetivo",
        "o orçamento disponível",
        "o tempo de cada dia",
        "a qualidade das informações",
        "o nível de risco",
        "o gasto mensal",
        "o conhecimento básico",
        "o hábito de fazer anotações",
        "o jeito de acompanhar o progresso",
        "a necessidade real",
        "o ambiente",
        "a ferramenta certa",
        "uma opinião sincera",
        "um plano para os dias ruins",
        "a ordem dos passos",
        "o efeito duradouro",
    ),
    openers={
        "professional": ("Em geral, ", "Na prática, "),
        "casual": ("Em poucas palavras, ", "Falando sério, "),
        "creative": ("Imagine a cena: ", "Como em uma longa caminhada, "),
    },
    list_intro="A lista abaixo resume o que fazer, em ordem:",
    table_head=(
        "Critério",
        "Faça",
        "Evite",
    ),
    table_cells=(
        ("definir uma meta clara", "agir por impulso"),
        ("anotar os números", "confiar na memória"),
        ("ajustar passo a passo", "mudar tudo de uma vez"),
    ),
    closing_heading="O próximo passo",
    closing="Escolha uma pequena tarefa sobre {k} e faça hoje mesmo; o primeiro resultado "
    "mostrará para "
    "onde ir.",
)
