"""A text with everything that an article may hold, as the server keeps it."""

from articles.writing import html

RICH = html.clean(
    """<h2>Cà phê là gì?</h2>
<p>Mở đầu với <strong>đậm</strong>, <b>b</b>, <em>nghiêng</em>, <i>i</i>, <u>u</u>, <s>s</s>,
H<sub>2</sub>O, x<sup>2</sup>, <mark>dấu</mark> và <code>let a = 1 &lt; 2;</code>.</p>
<h3>Các loại</h3><h4>Chi tiết &amp; hơn nữa</h4>
<table><caption>Bảng giá</caption><thead><tr>
<th scope="col" colspan="2">Loại</th><th
scope="col">Giá</th></tr></thead><tbody><tr>
<td rowspan="2">A</td><td>B</td><td>1&nbsp;000&nbsp;₫</td></tr>
<tr><td>C</td><td>2 | 3</td></tr></tbody><tfoot><tr><td colspan="3">Cuối</td></tr></tfoot></table>
<table><tr><td>không đầu</td></tr></table>
<figure><img src="/static/logo.svg" alt="Cốc cà phê" width="640" height="360">
<figcaption>Hình 1: <em>một</em> cốc</figcaption></figure>
<p><img src="/static/logo.svg?2" alt=""></p>
<ul><li>một<ul><li>con</li></ul></li><li>hai</li></ul>
<ol start="3"><li>ba</li><li><p>bốn</p></li></ol>
<blockquote><p>Trích<br>dẫn</p></blockquote><hr>
<pre><code>dòng 1
  dòng 2</code></pre>
<p><a href="https://x.example/?a=1&amp;b=2" title="Tên">liên kết</a> và <a href="/trong">trong</a>
<a href="mailto:a@x.example">thư</a> “ngoặc” – dấu… 🌸</p>"""
)
