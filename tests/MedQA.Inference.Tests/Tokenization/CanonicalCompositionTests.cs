using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Tokenization;

/// <summary>Normalization form C, on the cases that UAX #15 is about.</summary>
public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u00E9", "\u00E9")]
    [InlineData("\u212B", "\u00C5")] // Ångström sign: a singleton
    [InlineData("\u2126", "\u03A9")] // ohm sign
    [InlineData("a\u0301\u0323", "\u1EA1\u0301")] // marks reordered, the nearer composes
    [InlineData("q\u0307\u0323", "q\u0323\u0307")] // reordered only
    [InlineData("\u0344", "\u0308\u0301")] // excluded from composition
    [InlineData("\u0958", "\u0915\u093C")] // excluded: Devanagari qa
    [InlineData("\u1100\u1161\u11A8", "\uAC01")] // Hangul syllable of three
    [InlineData("\uAC00\u11A8", "\uAC01")] // syllable and tail
    [InlineData("\u1100\u1161", "\uAC00")]
    [InlineData("\u1100\u1100", "\u1100\u1100")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")] // NormalizationTest.txt
    [InlineData("e\u200D\u0301", "e\u200D\u0301")] // a starter between blocks
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")] // musical symbol, beyond the basic plane
    [InlineData("\U00011099\U000110BA", "\U0001109A")]
    public void Texts_are_composed(string text, string expected) => Assert.Equal(expected, CanonicalComposition.Compose(text));

    [Fact]
    public void Many_marks_in_a_row_are_sorted_stably()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0301\u0323", 50_000));
        var composed = CanonicalComposition.Compose(text);
        Assert.Equal("\u1EA1" + new string('\u0323', 49_999) + new string('\u0301', 50_000), composed);
    }
}
