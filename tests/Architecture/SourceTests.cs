namespace MedQA.Testing.Architecture;

/// <summary>How the project's sources are laid out, where the compiler does not say it.</summary>
public sealed class SourceTests
{
    private const int MaxColumns = 140;

    [Fact]
    public void No_line_is_longer_than_140_columns_but_for_texts_that_stand_as_they_are_shown()
    {
        var folder = Repository.PathOf("src", typeof(SourceTests).Assembly.GetName().Name![..^".Tests".Length]);
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split('/', '\\')[0] is not ("bin" or "obj"))
            .ToList();
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(static file => TooLong(file)));
    }

    private static IEnumerable<string> TooLong(string file)
    {
        var isRaw = false;
        foreach (var (number, line) in File.ReadLines(file).Index())
        {
            if (line.Length > MaxColumns && !isRaw)
            {
                yield return $"{file}({number + 1}) has {line.Length} columns.";
            }

            isRaw ^= (line.Split("\"\"\"").Length - 1) % 2 == 1;
        }
    }
}
