using System.Text.RegularExpressions;

namespace MedQA.Files.Tests;

/// <summary>Everything that the shipped projects open by its path they open in MedQA.Files.</summary>
public sealed partial class FileOpeningTests
{
    /// <summary>Openings that look first, and the emulator's folder, whose files only this program and its keeper write.</summary>
    private static readonly string[] Allowed =
    [
        "MemoryMappedFile.CreateFromFile(RegularFile.Open(path)",
        "new FileStream(RegularFile.Check(",
    ];

    [Fact]
    public void No_file_is_opened_elsewhere()
    {
        var found = new List<string>();
        foreach (var path in Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(Repository.PathOf("src"), path).Replace('\\', '/');
            if (name.StartsWith("MedQA.Files/", StringComparison.Ordinal) || name.StartsWith("MedQA.Azurite/", StringComparison.Ordinal) || name.Contains("/obj/", StringComparison.Ordinal))
            {
                continue;
            }

            // A call that goes on in the next line counts as one line.
            foreach (var line in CallBreak().Replace(File.ReadAllText(path), "").Split('\n'))
            {
                if (Opening().IsMatch(line) && !Allowed.Any(allowed => line.Contains(allowed, StringComparison.Ordinal)))
                {
                    found.Add($"{name}: {line.Trim()}");
                }
            }
        }

        Assert.True(found.Count == 0, $"Open files with RegularFile, InputFile or OutputFile:\n{string.Join('\n', found)}");
    }

    [Theory]
    [InlineData("await using var content = File.OpenRead(file);")]
    [InlineData("var text = System.IO.File.ReadAllText(path);")]
    [InlineData("await foreach (var line in File.ReadLinesAsync(path, cancellationToken))")]
    [InlineData("using var stream = new FileStream(path, FileMode.Open);")]
    [InlineData("using var written = File.Create(path);")]
    [InlineData("using var reader = new StreamReader(path);")]
    [InlineData("var stream = new FileInfo(path).OpenRead();")]
    [InlineData("File.Copy(from, to);")]
    public void An_opening_is_seen(string line) => Assert.Matches(Opening(), line);

    [Theory]
    [InlineData("await using var content = RegularFile.Open(file);")]
    [InlineData("var bytes = RegularFile.ReadAllBytes(path);")]
    [InlineData("using var reader = new StreamReader(stream);")]
    [InlineData("await using var content = file.OpenRead();")]
    public void What_looks_first_is_not(string line) => Assert.DoesNotMatch(Opening(), line);

    [GeneratedRegex(
        """
        (?<!\w)File\.(Open\w*|ReadAll\w*|ReadLines\w*|Create|CreateText|Append\w*|WriteAll\w*|Copy|Replace)\( |
        new\ FileStream\( | new\ Stream(Reader|Writer)\((\w*\.)*(\w*[pP]ath|Path\.\w+)\b | new\ FileInfo\(.*\)\.(Open|Create|Append)\w*\( | MemoryMappedFile\.Create |
        ZipFile\. | XDocument\.Load\( | XmlReader\.Create\(\w*[pP]ath
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Opening();

    [GeneratedRegex(@"(?<=\()\s*\n\s*|\s*\n\s*(?=\.\w)", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CallBreak();
}
