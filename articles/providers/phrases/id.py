"""The offline writer's phrases in Indonesian."""

from articles.providers.phrases.base import Phrases

ID = Phrases(
    notice="Ini adalah teks contoh dari penulis luring, bukan artikel yang ditulis oleh model AI.",
    lead="Jika Anda ingin memahami {k}, artikel ini menjelaskan hal-hal yang penting dengan urutan "
    "yang mudah diikuti, mulai dari gagasan sampai penerapannya.",
    title="{K}: panduan jelas dari awal sampai akhir",
    meta_title="{K}: panduan jelas",
    meta_description="Pahami {k} lewat langkah yang jelas: apa artinya, cara memulai, kesalahan "
    "yang perlu "
    "dihindari, dan apa yang dilakukan selanjutnya.",
    headings=(
        "Apa arti {k} dan mengapa penting",
        "Apa yang perlu disiapkan sebelum mulai",
        "Langkah dasar secara berurutan",
        "Biaya dan waktu yang perlu diperhitungkan",
        "Kesalahan umum tentang {k}",
        "Cara menilai hasilnya",
        "Perbandingan pilihan yang dikenal",
        "Cara bertahan dalam jangka panjang",
    ),
    subheadings=(
        "Melihat {a}",
        "Peran {a}",
        "Saat {a} berubah",
        "Hubungan antara {a} dan {b}",
    ),
    sentences=(
        "Ketika orang membicarakan {k}, yang pertama dilihat biasanya {a}, sedangkan {b} "
        "menentukan hasilnya kemudian.",
        "Banyak orang memperhatikan {a} tetapi melupakan {b}, padahal keduanya selalu berjalan "
        "bersama.",
        "Catatlah {a} sejak awal agar mudah dibandingkan dengan {b} ketika ada perubahan.",
        "Cara yang aman adalah memulai dari {a}, lalu baru beralih ke {b}.",
        "Selama {a} belum jelas, setiap keputusan tentang {b} hanyalah dugaan.",
        "Anda dapat memeriksa {a} setiap minggu dan mencocokkannya dengan {b} pada akhir bulan.",
        "Yang terpenting adalah {a} sesuai dengan {b}, bukan semuanya berlangsung cepat.",
        "Bagi pemula, sebaiknya {a} dibuat sederhana sampai {b} menjadi stabil.",
        "Saat berbicara dengan orang yang berpengalaman, tanyakan {a} secara khusus, bukan {b} "
        "secara umum.",
        "Tidak ada resep untuk semua keadaan, karena {a} dan {b} berbeda pada setiap kasus.",
    ),
    aspects=(
        "tujuan pertama",
        "sumber daya yang ada",
        "waktu luang setiap hari",
        "mutu informasi",
        "tingkat risiko",
        "biaya rutin",
        "keterampilan dasar",
        "kebiasaan mencatat",
        "cara memantau kemajuan",
        "kebutuhan nyata",
        "keadaan sekitar",
        "alat yang tepat",
        "masukan yang jujur",
        "rencana cadangan",
        "urutan langkah",
        "hasil jangka panjang",
    ),
    openers={
        "professional": ("Pada dasarnya, ", "Dalam praktiknya, "),
        "casual": ("Singkatnya, ", "Jujur saja, "),
        "creative": ("Bayangkan saja, ", "Seperti dalam perjalanan panjang, "),
    },
    list_intro="Daftar berikut merangkum apa yang perlu dilakukan secara berurutan:",
    table_head=(
        "Kriteria",
        "Lakukan",
        "Hindari",
    ),
    table_cells=(
        ("menetapkan ukuran yang jelas", "mengikuti suasana hati"),
        ("mencatat angka", "mengandalkan ingatan"),
        ("menyesuaikan sedikit demi sedikit", "mengubah semuanya sekaligus"),
    ),
    closing_heading="Langkah berikutnya",
    closing="Pilih satu hal kecil tentang {k} dan lakukan hari ini; hasil pertama akan "
    "menunjukkan arah "
    "selanjutnya.",
)
