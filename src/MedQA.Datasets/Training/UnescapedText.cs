using System.Globalization;

namespace MedQA.Datasets.Training;

/// <summary>
/// A text without its escapes: <c>\n</c>, <c>\"</c>, <c>\u00e9</c> of JSON where the escape is a backslash, the doubled quote of CSV where
/// it is a quote. What is not an escape stays as it is.
/// </summary>
/// <param name="text">The text; disposed with this.</param>
/// <param name="escape">A backslash or a quote.</param>
internal sealed class UnescapedText(TextReader text, char escape) : TextReader
{
    private readonly char[] _digits = new char[4];
    private int? _pending;

    public override int Peek() => _pending ??= Next();

    public override int Read()
    {
        var next = Peek();
        _pending = null;
        return next;
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        var read = 0;
        while (read < buffer.Length && Read() is var next and >= 0)
        {
            buffer[read++] = (char)next;
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            text.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Next()
    {
        var character = text.Read();
        if (character != escape)
        {
            return character;
        }

        if (escape == '"')
        {
            return text.Peek() == '"' ? text.Read() : character;
        }

        var escaped = text.Read();
        return escaped switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\b',
            'f' => '\f',
            'u' => Unicode(),
            _ => escaped,
        };
    }

    private int Unicode()
    {
        var read = text.ReadBlock(_digits);
        return read == 4 && ushort.TryParse(_digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            ? code
            : '\uFFFD';
    }
}
