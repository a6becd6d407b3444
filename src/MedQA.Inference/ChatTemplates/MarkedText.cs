using System.Collections.Immutable;
using System.Text;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.ChatTemplates;

/// <summary>
/// A text that knows for each character whether it is from a message or from the template. Every operation of the
/// template keeps that knowledge, so that a special token in a question stays text even after the template trims or slices it.
/// </summary>
internal sealed class MarkedText : IEquatable<MarkedText>
{
    /// <summary>The parts that messages say, ascending, none touching.</summary>
    private readonly ImmutableArray<(int Start, int End)> _content;

    internal MarkedText(string text, ImmutableArray<(int Start, int End)> content) => (Text, _content) = (text, content);

    public static MarkedText Empty { get; } = Template("");

    public string Text { get; }

    public int Length => Text.Length;

    /// <summary>Returns a text that the template wrote.</summary>
    public static MarkedText Template(string text) => new(text, []);

    /// <summary>Returns a text that a message says.</summary>
    public static MarkedText Content(string text) => new(text, text.Length == 0 ? [] : [(0, text.Length)]);

    public MarkedText Slice(int start, int length)
    {
        if (length <= 0)
        {
            return Empty;
        }

        if (start == 0 && length == Text.Length)
        {
            return this;
        }

        var builder = new MarkedTextBuilder();
        builder.Append(this, start, length);
        return builder.Build();
    }

    public bool IsContent(int position)
    {
        foreach (var (start, end) in _content)
        {
            if (position < start)
            {
                return false;
            }

            if (position < end)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the text as segments that alternate between template and content.</summary>
    public ImmutableArray<PromptSegment> Segments()
    {
        var segments = ImmutableArray.CreateBuilder<PromptSegment>(_content.Length * 2 + 1);
        var at = 0;
        foreach (var (start, end) in _content)
        {
            if (start > at)
            {
                segments.Add(new(Text[at..start], FromTemplate: true));
            }

            segments.Add(new(Text[start..end], FromTemplate: false));
            at = end;
        }

        if (at < Text.Length)
        {
            segments.Add(new(Text[at..], FromTemplate: true));
        }

        return segments.ToImmutable();
    }

    /// <summary>Applies a change that turns each UTF-16 unit into one other, such as a change of case.</summary>
    public MarkedText Recased(Func<string, string> change) =>
        change(Text) is var changed && changed.Length == Text.Length
            ? new(changed, _content)
            : throw new TemplateException("a change of case that changes the length");

    internal ReadOnlySpan<(int Start, int End)> ContentRanges => _content.AsSpan();

    public bool Equals(MarkedText? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as MarkedText);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}

/// <summary>Builds a <see cref="MarkedText"/>.</summary>
internal sealed class MarkedTextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<(int Start, int End)> _content = [];

    public int Length => _text.Length;

    public void Append(MarkedText text) => Append(text, 0, text.Length);

    public void Append(MarkedText text, int start, int length)
    {
        var offset = _text.Length - start;
        _text.Append(text.Text, start, length);
        foreach (var range in text.ContentRanges)
        {
            var from = Math.Max(range.Start, start);
            var to = Math.Min(range.End, start + length);
            if (from < to)
            {
                Mark(from + offset, to + offset);
            }
        }
    }

    public void Append(ReadOnlySpan<char> text, bool isContent)
    {
        if (text.IsEmpty)
        {
            return;
        }

        _text.Append(text);
        if (isContent)
        {
            Mark(_text.Length - text.Length, _text.Length);
        }
    }

    public MarkedText Build() => new(_text.ToString(), [.. _content]);

    private void Mark(int start, int end)
    {
        if (_content.Count > 0 && _content[^1].End == start)
        {
            _content[^1] = (_content[^1].Start, end);
        }
        else
        {
            _content.Add((start, end));
        }
    }
}
