"""The offline writer's phrases in Vietnamese."""

from articles.providers.phrases.base import Phrases

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
