"""What the offline writer's sentences are made of, in Vietnamese and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Parts of sentences in one language. ``{k}`` is the keyword, ``{a}`` and ``{b}`` aspects."""

    notice: str
    lead: str
    title: str
    meta_title: str
    meta_description: str
    headings: tuple[str, ...]
    subheadings: tuple[str, ...]
    sentences: tuple[str, ...]
    aspects: tuple[str, ...]
    openers: dict[str, tuple[str, ...]]
    list_intro: str
    table_head: tuple[str, str, str]
    table_cells: tuple[tuple[str, str], ...]
    closing_heading: str
    closing: str


VI = Phrases(
    notice="Đây là văn bản minh họa do bộ viết ngoại tuyến tạo ra, không phải bài do mô hình AI "
    "viết.",
    lead="Nếu bạn đang tìm hiểu về {k}, bài viết này trình bày những điều cần biết theo một trình "
    "tự dễ theo dõi, từ khái niệm đến cách áp dụng.",
    title="{K}: hướng dẫn dễ hiểu từ A đến Z",
    meta_title="{K}: hướng dẫn dễ hiểu",
    meta_description="Tìm hiểu {k} qua các bước rõ ràng: khái niệm, cách bắt đầu, những lỗi "
    "thường gặp và danh sách việc nên làm tiếp theo.",
    headings=(
        "{K} là gì và vì sao được quan tâm",
        "Chuẩn bị gì trước khi bắt đầu",
        "Các bước thực hiện cơ bản",
        "Chi phí và thời gian cần tính đến",
        "Những lỗi thường gặp với {k}",
        "Cách đánh giá kết quả",
        "So sánh các lựa chọn phổ biến",
        "Kinh nghiệm để duy trì lâu dài",
        "{K} trong những hoàn cảnh khác nhau",
        "Câu hỏi thường được đặt ra",
    ),
    subheadings=(
        "Nhìn từ {a}",
        "Vai trò của {a}",
        "Khi {a} thay đổi",
        "Mối liên hệ giữa {a} và {b}",
    ),
    sentences=(
        "Khi nói đến {k}, {a} thường là điều được xem xét trước, còn {b} quyết định kết quả về "
        "sau.",
        "Nhiều người chú ý đến {a} nhưng lại bỏ qua {b}, trong khi hai yếu tố này luôn đi cùng "
        "nhau.",
        "Hãy ghi lại {a} ngay từ đầu để dễ so sánh với {b} khi cần điều chỉnh.",
        "Một cách làm an toàn là bắt đầu từ {a}, sau đó mới mở rộng sang {b}.",
        "Nếu {a} chưa rõ ràng, mọi quyết định liên quan đến {b} đều dễ trở nên cảm tính.",
        "Bạn có thể kiểm tra {a} mỗi tuần và đối chiếu với {b} vào cuối tháng.",
        "Điểm mấu chốt nằm ở chỗ {a} phải phù hợp với {b}, không phải ở việc làm thật nhanh.",
        "Với người mới, {a} nên được giữ ở mức đơn giản cho đến khi {b} ổn định.",
        "Khi trao đổi với người có kinh nghiệm, hãy hỏi cụ thể về {a} thay vì chỉ hỏi chung về "
        "{b}.",
        "Không có công thức chung cho mọi trường hợp, vì {a} và {b} khác nhau ở từng hoàn cảnh.",
        "Nếu phải chọn một việc để làm trước, hãy chọn {a}, bởi {b} sẽ dễ xử lý hơn sau đó.",
        "Thay đổi nhỏ ở {a} có thể kéo theo khác biệt đáng kể ở {b}.",
    ),
    aspects=(
        "mục tiêu ban đầu",
        "nguồn lực sẵn có",
        "thời gian dành ra mỗi ngày",
        "chất lượng thông tin",
        "mức độ rủi ro",
        "chi phí phát sinh",
        "kỹ năng nền tảng",
        "thói quen ghi chép",
        "cách theo dõi tiến độ",
        "nhu cầu thực tế",
        "điều kiện xung quanh",
        "công cụ hỗ trợ",
        "ý kiến phản hồi",
        "kế hoạch dự phòng",
        "tiêu chí lựa chọn",
        "sự kiên nhẫn",
        "thứ tự ưu tiên",
        "kết quả ngắn hạn",
        "hiệu quả lâu dài",
        "các giới hạn cần biết",
    ),
    openers={
        "professional": ("Về nguyên tắc, ", "Trên thực tế, ", "Xét một cách tổng thể, "),
        "casual": ("Nói đơn giản, ", "Thử nghĩ mà xem, ", "Thật ra, "),
        "creative": ("Hãy hình dung, ", "Như người đi đường dài, ", "Giữa muôn vàn lựa chọn, "),
    },
    list_intro="Danh sách dưới đây tóm tắt những việc nên làm theo thứ tự:",
    table_head=("Tiêu chí", "Nên làm", "Nên tránh"),
    table_cells=(
        ("đặt mốc rõ ràng", "làm theo cảm tính"),
        ("ghi lại số liệu", "chỉ nhớ trong đầu"),
        ("điều chỉnh từng bước", "thay đổi tất cả cùng lúc"),
    ),
    closing_heading="Bước tiếp theo",
    closing="Hãy chọn một việc nhỏ liên quan đến {k} và làm ngay hôm nay; kết quả đầu tiên sẽ cho "
    "bạn biết nên đi tiếp theo hướng nào.",
)
EN = Phrases(
    notice="This is a demonstration text by the offline writer, not an article written by an AI "
    "model.",
    lead="If you want to understand {k}, this article takes you through what matters in an order "
    "that is easy to follow, from the idea to its use.",
    title="{K}: A Clear Guide from Start to Finish",
    meta_title="{K}: A Clear Guide",
    meta_description="Understand {k} in clear steps: what it means, how to begin, which mistakes "
    "to avoid, and a short list of what to do next.",
    headings=(
        "What {k} means and why it matters",
        "What to prepare before you begin",
        "The basic steps in order",
        "Cost and time to plan for",
        "Common mistakes with {k}",
        "How to judge the result",
        "Popular options side by side",
        "Keeping it up in the long run",
        "{K} in different situations",
        "Questions that people often ask",
    ),
    subheadings=(
        "A look at {a}",
        "The part that {a} plays",
        "When {a} changes",
        "How {a} and {b} belong together",
    ),
    sentences=(
        "When people talk about {k}, they look at {a} first, while {b} decides the result later.",
        "Many pay attention to {a} and overlook {b}, although the two always go together.",
        "Write down {a} at the start, so that you can compare it with {b} when something changes.",
        "A safe way is to begin with {a} and to move on to {b} only afterwards.",
        "As long as {a} is unclear, every decision about {b} remains a guess.",
        "You can check {a} every week and hold it against {b} at the end of the month.",
        "What counts is that {a} suits {b}, not that everything happens quickly.",
        "For a beginner it is wise to keep {a} simple until {b} has settled.",
        "When you talk to somebody with experience, ask about {a}, not about {b} in general.",
        "There is no recipe for every case, since {a} and {b} differ from one to the next.",
        "If you have to choose one thing to do first, choose {a}, because {b} becomes easier then.",
        "A small change in {a} may bring about a clear difference in {b}.",
    ),
    aspects=(
        "the first goal",
        "the means at hand",
        "the time set aside each day",
        "the quality of information",
        "the level of risk",
        "the running cost",
        "the basic skills",
        "the habit of taking notes",
        "the way progress is followed",
        "the real need",
        "the surroundings",
        "the right tools",
        "honest feedback",
        "a plan for bad days",
        "the criteria of choice",
        "patience",
        "the order of steps",
        "the short-term result",
        "the lasting effect",
        "the known limits",
    ),
    openers={
        "professional": ("As a rule, ", "In practice, ", "On the whole, "),
        "casual": ("Put simply, ", "Think about it: ", "Honestly, "),
        "creative": ("Picture this: ", "Like on a long walk, ", "Among a hundred paths, "),
    },
    list_intro="The list below sums up what to do, in order:",
    table_head=("Criterion", "Do", "Avoid"),
    table_cells=(
        ("set a clear mark", "follow a mood"),
        ("write figures down", "trust memory"),
        ("adjust step by step", "change everything at once"),
    ),
    closing_heading="The next step",
    closing="Choose one small thing about {k} and do it today; the first result will tell you "
    "where to go from there.",
)
BY_LANGUAGE = {"vi": VI, "en": EN}
