namespace MedQA.Inference.Tokenization;

/// <summary>How tokens become text again: the tokenizer's <c>decoder</c>.</summary>
internal sealed record TokenDecoding
{
    /// <summary>Tokens are written in the byte alphabet: the text is their bytes, read as UTF-8.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Within a token, each first text is replaced by the second.</summary>
    public IReadOnlyList<(string From, string To)> Replacements { get; init; } = [];

    /// <summary>Tokens such as &lt;0x0A&gt; are bytes. A run of them that is not valid UTF-8 becomes one U+FFFD for each byte.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>How many of <see cref="StrippedCharacter"/> are removed from the front of a whole text.</summary>
    public int StrippedInFront { get; init; }

    /// <summary>See <see cref="StrippedInFront"/>.</summary>
    public char StrippedCharacter { get; init; }

    /// <summary>
    /// Metaspace: this mark is a space, and in the first token of a text it is removed where <see cref="DropsFirstMark"/> says so.
    /// </summary>
    public char? Mark { get; init; }

    /// <summary>See <see cref="Mark"/>.</summary>
    public bool DropsFirstMark { get; init; }
}
