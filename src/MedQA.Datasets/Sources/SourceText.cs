using System.Text;

namespace MedQA.Datasets.Sources;

/// <summary>
/// The text of a file in the encoding that its first bytes say: UTF-8, or what a byte order mark names; Windows-1252 where it was
/// recognized.
/// </summary>
internal static class SourceText
{
    /// <summary>
    /// Replaces bytes that are not text. A noncharacter, so no file means it, and the rows that have it can be recognized.
    /// </summary>
    public const char Undecodable = '\uFFFF';

    private static readonly DecoderReplacementFallback Marked = new(Undecodable.ToString());

    /// <summary>UTF-8 in which half a surrogate pair is <see cref="Undecodable"/> too.</summary>
    public static Encoding Utf8 { get; } = Encoding.GetEncoding("utf-8", new EncoderReplacementFallback(Undecodable.ToString()), Marked);

    /// <summary>Returns the encoding of a file, and how many bytes its byte order mark has.</summary>
    public static (Encoding Encoding, int MarkLength) EncodingOf(ReadOnlySpan<byte> head) => head switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Named("utf-8"), 3),
        [0xFF, 0xFE, 0x00, 0x00, ..] => (Named("utf-32"), 4),
        [0x00, 0x00, 0xFE, 0xFF, ..] => (Named("utf-32BE"), 4),
        [0xFF, 0xFE, ..] => (Named("utf-16"), 2),
        [0xFE, 0xFF, ..] => (Named("utf-16BE"), 2),
        _ => (Named("utf-8"), 0),
    };

    /// <summary>Opens a file's text from its start, after any byte order mark. The file stays open when the reader is closed.</summary>
    public static async Task<StreamReader> OpenAsync(SourceFile file, CancellationToken cancellationToken)
    {
        var (encoding, markLength) = EncodingOf(await file.HeadAsync(4, cancellationToken));
        var stream = file.Rewind();
        stream.Position += markLength;
        return new StreamReader(
            stream, file.Legacy ?? encoding, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 15, leaveOpen: true);
    }

    /// <summary>
    /// Opens a file's text as UTF-8 from its start, after any byte order mark. The file stays open when the stream is closed.
    /// </summary>
    public static async Task<Stream> OpenUtf8Async(SourceFile file, CancellationToken cancellationToken)
    {
        var (encoding, markLength) = EncodingOf(await file.HeadAsync(4, cancellationToken));
        var stream = file.Rewind();
        stream.Position += markLength;
        return Encoding.CreateTranscodingStream(stream, file.Legacy ?? encoding, Encoding.UTF8, leaveOpen: true);
    }

    /// <summary>
    /// Recognizes Windows-1252 in the first 64 MiB of a file: no byte order mark, bytes that are not UTF-8, none that are UTF-8 beyond
    /// ASCII, and nearly all of them letters of western languages or marks of which no more than three are adjacent, as in "größer" and
    /// "« Étude". Words of other scripts are longer.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task<Encoding?> LegacyEncodingAsync(SourceFile file, CancellationToken cancellationToken)
    {
        if (EncodingOf(await file.HeadAsync(4, cancellationToken)).MarkLength > 0)
        {
            return null;
        }

        var stream = file.Rewind();
        var buffer = new byte[1 << 16];
        var (read, kept, looked, western, foreign) = (0, 0, 0, 0, 0);
        while (looked < MaxLooked && (read = await stream.ReadAsync(buffer.AsMemory(kept), cancellationToken)) > 0)
        {
            looked += read;
            var count = Count(buffer.AsSpan(0, kept + read), ref western, ref foreign);
            if (count < 0)
            {
                return null;
            }

            kept = kept + read - count;
            buffer.AsSpan(count, kept).CopyTo(buffer);
        }

        if (kept > 0 && Count(buffer.AsSpan(0, kept), ref western, ref foreign) < 0)
        {
            return null;
        }

        return western > 0 && foreign * 20 <= western ? CodePagesEncodingProvider.Instance.GetEncoding(1252) : null;
    }

    private const int MaxLooked = 64 << 20;
    private const int MaxTogether = 3;

    /// <summary>Counts letters and marks of Windows-1252 of which few are adjacent, and other bytes beyond ASCII.</summary>
    /// <returns>How many bytes are done, all but the last ones; below 0 where there is UTF-8 beyond ASCII, or a byte that Windows-1252 does
    /// not have.</returns>
    private static int Count(ReadOnlySpan<byte> bytes, ref int western, ref int foreign)
    {
        var at = 0;
        while (true)
        {
            var next = bytes[at..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            if (next < 0)
            {
                return bytes.Length;
            }

            at += next;
            var together = bytes[at..].IndexOfAnyInRange((byte)0, (byte)0x7F);
            if (together < 0 && at > 0)
            {
                return at;
            }

            together = together < 0 ? bytes.Length - at : together;
            for (var end = at + together; at < end; at++)
            {
                if (Rune.DecodeFromUtf8(bytes[at..], out _, out _) == System.Buffers.OperationStatus.Done
                    || bytes[at] is 0x81 or 0x8D or 0x8F or 0x90 or 0x9D)
                {
                    return -1;
                }

                _ = together <= MaxTogether && IsUsual(bytes[at]) ? western++ : foreign++;
            }
        }
    }

    private static bool IsUsual(byte letter) =>
        letter is >= 0xA0 or 0x80 or 0x82 or 0x84 or 0x85 or 0x8A or 0x8C or 0x8E or (>= 0x91 and <= 0x97)
            or 0x99 or 0x9A or 0x9C or 0x9E or 0x9F;

    private static Encoding Named(string name) => Encoding.GetEncoding(name, EncoderFallback.ReplacementFallback, Marked);
}
