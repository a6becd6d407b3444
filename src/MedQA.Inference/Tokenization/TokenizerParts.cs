namespace MedQA.Inference.Tokenization;

/// <summary>What tokenizer.json says, ready for use.</summary>
internal sealed record TokenizerParts
{
    public required string File { get; init; }

    /// <summary>Token text to id, as the file writes it.</summary>
    public required Dictionary<string, int> Vocabulary { get; init; }

    /// <summary>The tokens' texts by id; null where an id has none.</summary>
    public required string?[] Texts { get; init; }

    public required IReadOnlyList<AddedToken> Added { get; init; }

    public required Dictionary<string, int> AddedIds { get; init; }

    /// <summary>
    /// The added tokens that are sought in the text as given: those that say so, and (where it must be known who wrote a text) all that
    /// steer the model.
    /// </summary>
    public required AddedTokens RawTokens { get; init; }

    /// <summary>The added tokens that are sought in the normalized text.</summary>
    public required AddedTokens NormalizedTokens { get; init; }

    public required Func<string, string>[] Normalizers { get; init; }

    public required PreTokenizer[] PreTokenizers { get; init; }

    public required BytePairEncoding Model { get; init; }

    public required TokenDecoding Decoding { get; init; }

    public required int[] Prefix { get; init; }
}
