using System.Collections.Immutable;

namespace MedQA.Evaluation.Blocks;

/// <summary>
/// A part of a report as people read it. Its texts are plain: writers escape them. Every writer writes every kind:
/// <see cref="MarkdownWriter"/>, <see cref="HtmlWriter"/>, <see cref="DocumentSections"/> and the dashboard's document.js.
/// </summary>
internal abstract record Block;

/// <summary>A heading; level 1 is the title.</summary>
internal sealed record Heading(int Level, string Text) : Block;

/// <summary>A paragraph.</summary>
internal sealed record Paragraph(string Text) : Block;

/// <summary>Something that a reader must know before using the figures.</summary>
internal sealed record Note(string Text) : Block;

/// <summary>A list.</summary>
internal sealed record Items(ImmutableArray<string> Texts) : Block;

/// <summary>A table.</summary>
/// <param name="Columns">Their headings; empty ones for a table of names and values.</param>
/// <param name="Rows">As many cells each as there are columns.</param>
internal sealed record Table(ImmutableArray<Column> Columns, ImmutableArray<ImmutableArray<string>> Rows) : Block
{
    /// <summary>Returns a table of names and values.</summary>
    public static Table OfValues(params IEnumerable<(string Name, string Value)> values) =>
        new([new Column(""), new Column("")], [.. values.Select(static value => ImmutableArray.Create(value.Name, value.Value))]);
}

/// <summary>A table's column.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Numbers">Whether it holds numbers, which are aligned right.</param>
public sealed record Column(string Name, bool Numbers = false);

/// <summary>Preformatted text, shown verbatim.</summary>
internal sealed record Verbatim(string Text) : Block;

/// <summary>A plot; Markdown leaves it out because a table has its numbers too.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Drawing">The drawing.</param>
internal sealed record Plot(string Title, PlotDrawing Drawing) : Block;

/// <summary>A way to questions of the run, where readers can follow it: only the dashboard shows it.</summary>
/// <param name="Filter">The filter that leaves these questions in the dashboard's list of them.</param>
/// <param name="Text">Which questions they are.</param>
internal sealed record QuestionsLink(string Filter, string Text) : Block;
