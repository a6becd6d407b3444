using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.Blocks;

/// <summary>
/// A report, a comparison or a study's report as parts that a page shows one below the other. All texts are plain: none is markup.
/// </summary>
/// <param name="Summary">Its main results, most important first; none for the report of a study.</param>
/// <param name="Blocks">Its parts: a heading of level 2 begins a section, which holds all up to the next one.</param>
public sealed record DocumentSections(ImmutableArray<SummaryRow> Summary, ImmutableArray<DocumentBlock> Blocks)
{
    /// <summary>Blocks as UTF-8 JSON.</summary>
    internal static byte[] Write(IEnumerable<SummaryRow> summary, IEnumerable<Block> blocks) => JsonSerializer.SerializeToUtf8Bytes(
        new DocumentSections([.. summary], [.. blocks.Select(DocumentBlock.Of)]), BlocksJson.Default.DocumentSections);
}

/// <summary>One of a report's main results.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Figure">The figure that counts, where there is one.</param>
/// <param name="Text">What there is to say; of a figure, how sure it is.</param>
public sealed record SummaryRow(string Name, string? Figure, string Text)
{
    /// <summary>The figure and what there is to say, in one line.</summary>
    [JsonIgnore]
    public string Line => Figure is null ? Text : $"{Figure} ({Text})";
}

/// <summary>What a part of a report is; it says which fields are there.</summary>
public enum BlockKind
{
    /// <summary>A heading: level and text. The one of level 1 is the title.</summary>
    Heading,

    /// <summary>A paragraph: text.</summary>
    Paragraph,

    /// <summary>Something that a reader must know before using the figures: text.</summary>
    Note,

    /// <summary>A list: items.</summary>
    List,

    /// <summary>A table: columns and rows. Where no column has a name, each row is a name and a value.</summary>
    Table,

    /// <summary>Preformatted text, shown verbatim: text.</summary>
    Verbatim,

    /// <summary>A plot: drawing, and text for its title. A table that follows has its numbers.</summary>
    Plot,

    /// <summary>A way to questions of the run: filter, and text for which questions they are.</summary>
    Questions,
}

/// <summary>A part of a report, of one of several kinds.</summary>
public sealed record DocumentBlock
{
    /// <summary>What it is; it says which of the other fields are there.</summary>
    public required BlockKind Kind { get; init; }

    /// <summary>Of a heading: 1 for the title, 2 for a section, 3 for a part of one.</summary>
    public int? Level { get; init; }

    /// <summary>Its text, or the title of a plot.</summary>
    public string? Text { get; init; }

    /// <summary>Of a list: its items.</summary>
    public IReadOnlyList<string>? Items { get; init; }

    /// <summary>Of a table: its columns.</summary>
    public IReadOnlyList<Column>? Columns { get; init; }

    /// <summary>Of a table: its rows, each with as many cells as there are columns.</summary>
    public IReadOnlyList<ImmutableArray<string>>? Rows { get; init; }

    /// <summary>Of questions: the filter that leaves these in the dashboard's list of them.</summary>
    public string? Filter { get; init; }

    /// <summary>Of a plot: what is drawn.</summary>
    public PlotDrawing? Drawing { get; init; }

    internal static DocumentBlock Of(Block block) => block switch
    {
        Heading heading => new() { Kind = BlockKind.Heading, Level = heading.Level, Text = heading.Text },
        Paragraph paragraph => new() { Kind = BlockKind.Paragraph, Text = paragraph.Text },
        Note note => new() { Kind = BlockKind.Note, Text = note.Text },
        Items items => new() { Kind = BlockKind.List, Items = items.Texts },
        Table table => new() { Kind = BlockKind.Table, Columns = table.Columns, Rows = table.Rows },
        Verbatim verbatim => new() { Kind = BlockKind.Verbatim, Text = verbatim.Text },
        Plot plot => new() { Kind = BlockKind.Plot, Text = plot.Title, Drawing = plot.Drawing },
        QuestionsLink link => new() { Kind = BlockKind.Questions, Filter = link.Filter, Text = link.Text },
        _ => throw new ArgumentException($"JSON has no form for {block.GetType().Name}.", nameof(block)),
    };
}

/// <summary>A drawing of marks, each an element of SVG: a page makes the elements, and need not read any markup.</summary>
/// <param name="Description">What it shows, for those who cannot see it.</param>
/// <param name="Width">Width of the drawing, in the unit of the marks.</param>
/// <param name="Height">Height of the drawing, in the unit of the marks.</param>
/// <param name="Marks">What is drawn, each above those before it.</param>
public sealed record PlotDrawing(string Description, double Width, double Height, ImmutableArray<PlotMark> Marks)
{
    /// <summary>
    /// The drawing as an earlier version made it, where that differs: stored reports are compared with it.
    /// </summary>
    [JsonIgnore]
    internal PlotDrawing? Earlier { get; init; }
}

/// <summary>A mark of a drawing.</summary>
/// <param name="Element">The name of its element in SVG: line, polyline, circle, rect or text.</param>
/// <param name="Attributes">The element's attributes; <c>class</c> is the role that its colour depends on.</param>
/// <param name="Text">The text of a text element.</param>
/// <param name="Hint">Its tooltip.</param>
public sealed record PlotMark(string Element, IReadOnlyDictionary<string, string> Attributes, string? Text, string? Hint);

/// <summary>Blocks as JSON: camelCase names, absent values left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EnumNameConverter<BlockKind>)])]
[JsonSerializable(typeof(DocumentSections))]
public sealed partial class BlocksJson : JsonSerializerContext;
