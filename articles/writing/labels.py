"""The few words that we add to an article, in its language."""

from typing import NamedTuple


class Labels(NamedTuple):
    """The heading of the sources, and what stands before the name of a picture's maker."""

    sources: str
    photo: str
    illustration: str
    made_by_ai: str


LABELS = {
    "vi": Labels("Nguồn tham khảo", "Ảnh", "Hình minh hoạ", "Hình minh hoạ do AI tạo"),
    "en": Labels("Sources", "Photo", "Illustration", "Illustration made by AI"),
    "de": Labels("Quellen", "Foto", "Illustration", "Mit KI erstellte Illustration"),
    "es": Labels("Fuentes", "Foto", "Ilustración", "Ilustración creada con IA"),
    "fr": Labels("Sources", "Photo", "Illustration", "Illustration créée par IA"),
    "id": Labels("Sumber", "Foto", "Ilustrasi", "Ilustrasi buatan AI"),
    "it": Labels("Fonti", "Foto", "Illustrazione", "Illustrazione creata con l'IA"),
    "ja": Labels("参考資料", "写真", "イラスト", "AIが作成したイラスト"),
    "ko": Labels("참고 자료", "사진", "삽화", "AI가 만든 삽화"),
    "pt": Labels("Fontes", "Foto", "Ilustração", "Ilustração criada com IA"),
    "ru": Labels("Источники", "Фото", "Иллюстрация", "Иллюстрация создана ИИ"),
    "th": Labels("แหล่งอ้างอิง", "ภาพ", "ภาพประกอบ", "ภาพประกอบสร้างโดย AI"),
    "zh": Labels("参考资料", "图片", "插图", "AI 生成的插图"),
}


def labels(language: str) -> Labels:
    """The words of ``language``, English ones where it is not known."""
    return LABELS.get(language, LABELS["en"])
