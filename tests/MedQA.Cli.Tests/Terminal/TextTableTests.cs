using MedQA.Cli.Terminal;
using Spectre.Console.Testing;

namespace MedQA.Cli.Tests.Terminal;

public sealed class TextTableTests
{
    private static readonly string[][] Profiles =
    [
        ["chain-of-thought", "chain-of-thought", "1", "0", "5", "256"],
        ["self-consistency", "self-consistency", "11", "0.7", "5", "256"],
    ];

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(200)]
    public void No_word_is_broken_but_after_a_hyphen_and_every_line_fits(int width)
    {
        var lines = Written(width, Table());

        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        var words = lines.SelectMany(static line => line.Split(['│', ' ', ':', '·'], StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
        string[] parts = ["chain-of-thought", "chain-", "chain-of-", "of-thought", "thought", "self-consistency", "self-", "consistency"];
        string[] headings = ["Profile", "Strategy", "Samples", "Temperature", "Worked", "examples", "Tokens", "at", "most"];
        Assert.Empty(words.Where(static word => char.IsLetter(word[0])).Except([.. parts, .. headings]));
    }

    [Fact]
    public void A_wide_terminal_shows_a_row_per_line() => Assert.Equal(6, Written(200, Table()).Count);

    [Fact]
    public void A_narrow_terminal_shows_a_paragraph_per_row() => Assert.Equal(
        [
            "chain-of-thought",
            "  Strategy: chain-of-thought · Samples: 1",
            "  Temperature: 0 · Worked examples: 5",
            "  Tokens at most: 256",
        ],
        Written(44, Table()).Take(4));

    [Fact]
    public void A_value_longer_than_the_line_is_all_there()
    {
        var path = string.Concat(Enumerable.Repeat("/a_long_folder", 10));
        var table = TextTable.OfValues();
        table.Add("Folder", path);

        var lines = Written(60, table);

        Assert.All(lines, static line => Assert.True(line.Length <= 60, line));
        Assert.Equal(path, string.Concat(lines.Where(static line => line.StartsWith('│')).Select(static line => line.Trim('│').Split('│')[1].Trim())));
    }

    private static TextTable Table()
    {
        var table = new TextTable(new("Profile"), new("Strategy"), new("Samples", true), new("Temperature", true), new("Worked examples", true), new("Tokens at most", true));
        foreach (var row in Profiles)
        {
            table.Add(row);
        }

        return table;
    }

    private static IReadOnlyList<string> Written(int width, TextTable table)
    {
        using var console = new TestConsole();
        console.Profile.Width = width;
        table.Write(console);
        return [.. console.Output.TrimEnd().Split('\n').Select(static line => line.TrimEnd())];
    }
}
