//! Why a file is not read, in the words of the person who has to do something about it.

/// A file that is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing in it.
    #[error("文件没有内容。请检查是否选错了文件。")]
    Empty,
    /// Larger than `document::BYTES_MAX`.
    #[error("文件超过20MB。请删去图片或拆成几份后再试。")]
    TooLarge,
    /// Unpacked it would be larger than any plan is.
    #[error("文件解开后过大，不予读取。请用Word打开并另存为新的.docx后再试。")]
    Bomb,
    /// A .doc of Word 97.
    #[error("这是旧版Word文件（.doc）。请用Word或WPS打开，另存为.docx后再试。")]
    OldWord,
    /// A .wps of WPS, or another file of that container.
    #[error("这是WPS文字（.wps）或其他旧版办公文件。请用WPS打开，另存为.docx后再试。")]
    OldOffice,
    /// Encrypted with a password.
    #[error("文件设有打开密码。请用Word或WPS打开，取消密码保存后再试。")]
    Encrypted,
    /// A PDF, and no helper that takes its text out.
    #[error(
        "读取PDF需要pdftotext（poppler-utils），本机没有安装或不能运行。请安装，或取得.docx原稿，或把文字复制到.txt文件后再试。"
    )]
    Pdf,
    /// A PDF that the helper could not read.
    #[error("这份PDF无法读取：可能已损坏、设有密码或过于复杂。请取得.docx原稿，或另存为新的PDF后再试。")]
    BrokenPdf,
    /// A picture, or a document that is nothing but pictures.
    #[error("文件是图片或扫描件，没有可读的文字。请取得.docx原稿，或先作文字识别并核对后再试。")]
    Scan,
    /// A .xls or .et that is older than Excel 97, or damaged.
    #[error(
        "这份旧版电子表格（.xls、.et）无法读取：可能已损坏，或版本过旧。请用Excel或WPS打开，另存为.xlsx后再试。"
    )]
    OldSheet,
    /// No spreadsheet.
    #[error("不是可读取的电子表格，或文件已损坏。请使用.xlsx或.csv。")]
    NoSheet,
    /// A program travels with it.
    #[error("文件带有宏，不予读取。请用Excel、Word或WPS打开，另存为不带宏的.xlsx或.docx后再试。")]
    Macros,
    /// A workbook.
    #[error("这是电子表格，不是文件稿。请使用.docx或.txt格式的方案。")]
    Sheet,
    /// OFD, ODT, RTF, a plain archive.
    #[error("不认识这种文件格式。请另存为.docx或.txt后再试。")]
    Unknown,
    /// A DOCX that does not hold together.
    #[error("这份.docx文件已损坏或不完整。请用Word或WPS打开并另存为新的.docx后再试。")]
    Damaged,
    /// Neither UTF-8 nor GB18030.
    #[error("文字编码无法识别，应为UTF-8或GB18030。请用记事本打开，另存为UTF-8后再试。")]
    Encoding,
    /// Mostly characters that stand for none.
    #[error("文字大多是乱码，无法读取。请取得.docx原稿，或重新导出文字后再试。")]
    Garbled,
    /// More lines, cells or nested parts than any plan has.
    #[error("文件的段落、表格或嵌套层次过多，不予读取。请拆成几份后再试。")]
    TooMany,
}
