using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Tokenization;

/// <summary>docs/architecture.md, how to add a tokenizer component: what that takes is shown by adding one.</summary>
public sealed class AddedComponentTests
{
    private static readonly Dictionary<string, int> Vocabulary = new(StringComparer.Ordinal) { ["a"] = 0, ["b"] = 1, ["A"] = 2, ["B"] = 3, ["aB"] = 4 };

    [Fact]
    public void A_pre_tokenizer_cuts_what_merges_would_join()
    {
        Assert.Equal([4, 1], Tokens("aBb"));
        Assert.Equal([0, 3, 1], Tokens("aBb", new CapitalPreTokenizer()));
        Assert.Equal([2, 3], Tokens("AB", new CapitalPreTokenizer()));
    }

    private static int[] Tokens(string text, params PreTokenizer[] components) => new Tokenizer(new TokenizerParts
    {
        File = "tokenizer.json",
        Vocabulary = Vocabulary,
        Texts = [.. Vocabulary.OrderBy(static token => token.Value).Select(static token => token.Key)],
        Added = [],
        AddedIds = [],
        RawTokens = new AddedTokens([]),
        NormalizedTokens = new AddedTokens([]),
        Normalizers = [],
        PreTokenizers = components,
        Model = new BytePairEncoding(
            Vocabulary,
            new Dictionary<long, (int Rank, int Id)> { [BytePairEncoding.Pair(0, 3)] = (0, 4) },
            byteLevel: false,
            byteFallback: false,
            ignoreMerges: false,
            fuseUnknown: false,
            unknown: -1),
        Decoding = new TokenDecoding(),
        Prefix = [],
    }).Encode(text);

    /// <summary>Cuts in front of every capital letter.</summary>
    private sealed class CapitalPreTokenizer : PreTokenizer
    {
        public override void Apply(PieceList list)
        {
            (int Start, int End)[] before = [.. list.Pieces];
            list.Pieces.Clear();
            foreach (var (start, end) in before)
            {
                var from = start;
                for (var at = start + 1; at < end; at++)
                {
                    if (char.IsUpper(list.Text[at]))
                    {
                        list.Pieces.Add((from, at));
                        from = at;
                    }
                }

                list.Pieces.Add((from, end));
            }
        }
    }
}
