using System.Text;

namespace MedQA.Datasets.Sources;

/// <summary>The text of a file in the encoding that its first bytes say: UTF-8, or what a byte order mark names.</summary>
internal static class SourceText
{
    /// <summary>Stands for bytes that are no text. A noncharacter, so that no file means it, and the rows that have it can be told.</summary>
    public const char Undecodable = '\uFFFF';

    private static readonly DecoderReplacementFallback Marked = new(Undecodable.ToString());

    /// <summary>The encoding of a file, and how many bytes its byte order mark has.</summary>
    public static (Encoding Encoding, int MarkLength) EncodingOf(ReadOnlySpan<byte> head) => head switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Named("utf-8"), 3),
        [0xFF, 0xFE, 0x00, 0x00, ..] => (Named("utf-32"), 4),
        [0x00, 0x00, 0xFE, 0xFF, ..] => (Named("utf-32BE"), 4),
        [0xFF, 0xFE, ..] => (Named("utf-16"), 2),
        [0xFE, 0xFF, ..] => (Named("utf-16BE"), 2),
        _ => (Named("utf-8"), 0),
    };

    /// <summary>Opens a file's text from its start, behind any byte order mark. The file stays open when the reader is closed.</summary>
    public static async Task<StreamReader> OpenAsync(SourceFile file, CancellationToken cancellationToken)
    {
        var (encoding, markLength) = EncodingOf(await file.HeadAsync(4, cancellationToken));
        var stream = file.Rewind();
        stream.Position += markLength;
        return new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 15, leaveOpen: true);
    }

    /// <summary>Opens a file's text as UTF-8 from its start, behind any byte order mark. The file stays open when the stream is closed.</summary>
    public static async Task<Stream> OpenUtf8Async(SourceFile file, CancellationToken cancellationToken)
    {
        var (encoding, markLength) = EncodingOf(await file.HeadAsync(4, cancellationToken));
        var stream = file.Rewind();
        stream.Position += markLength;
        return Encoding.CreateTranscodingStream(stream, encoding, Encoding.UTF8, leaveOpen: true);
    }

    private static Encoding Named(string name) => Encoding.GetEncoding(name, EncoderFallback.ReplacementFallback, Marked);
}
