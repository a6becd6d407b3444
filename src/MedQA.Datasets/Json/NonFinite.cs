namespace MedQA.Datasets.Json;

/// <summary>
/// Makes blanks of the numbers that Python writes and JSON does not have: NaN, Infinity and -Infinity become an empty text of the same
/// length.
/// </summary>
internal struct NonFinite
{
    private bool _inText;
    private bool _escaped;

    /// <summary>Goes over the next bytes of a JSON text.</summary>
    /// <param name="bytes">UTF-8.</param>
    /// <param name="isFinal">Whether the text ends with them.</param>
    /// <returns>How many bytes are done; after them a word begins of which more bytes are needed.</returns>
    public int Mask(Span<byte> bytes, bool isFinal)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            var next = bytes[at];
            if (_inText)
            {
                _inText = _escaped || next != (byte)'"';
                _escaped = !_escaped && next == (byte)'\\';
                if (_inText && !_escaped && next != (byte)'\\' && bytes[at..].IndexOfAny((byte)'"', (byte)'\\') is > 1 and var plain)
                {
                    at += plain - 1;
                }
            }
            else if (next == (byte)'"')
            {
                _inText = true;
            }
            else if (next is (byte)'N' or (byte)'I' or (byte)'-')
            {
                foreach (var word in (ReadOnlySpan<string>)["NaN", "Infinity", "-Infinity"])
                {
                    var rest = bytes[at..];
                    var length = Math.Min(word.Length, rest.Length);
                    if (!System.Text.Ascii.Equals(rest[..length], word.AsSpan(0, length)))
                    {
                        continue;
                    }

                    if (length < word.Length)
                    {
                        if (!isFinal)
                        {
                            return at;
                        }

                        continue;
                    }

                    rest[..word.Length].Fill((byte)' ');
                    rest[..2].Fill((byte)'"');
                    at += word.Length - 1;
                    break;
                }
            }
        }

        return bytes.Length;
    }
}
