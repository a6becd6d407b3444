using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using MedQA.Datasets.Sources;
using MedQA.Evaluation;

namespace MedQA.Datasets.Xml;

/// <summary>
/// Reads LiveQA's consumer questions: the message is the question, its subject line the context, the first annotated type the topic. Runs
/// of white space, which the files use to indent, become one space.
/// </summary>
internal static partial class LiveQaXml
{
    /// <summary>The element of a question.</summary>
    public const string QuestionElement = "NLM-QUESTION";

    /// <summary>Reads every question. No document type is read, so that there are no entities to expand or to fetch.</summary>
    /// <exception cref="InputException">The file is not well-formed from some line on, has a document type, or a question is too
    /// long.</exception>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(
        SourceFile file, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = await SourceText.OpenAsync(file, cancellationToken);
        using var bounded = new BoundedText(text, options.MaxRecordLength);
        using var xml = XmlReader.Create(bounded, Settings);
        var number = 0;
        while (await NextAsync(xml, options, cancellationToken) is { } next)
        {
            bounded.Restart();
            yield return Record(next.Element, next.Line, ++number);
        }
    }

    /// <summary>Returns whether text begins like LiveQA's XML.</summary>
    public static bool Matches(string head)
    {
        using var xml =
            XmlReader.Create(new StringReader(head), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        try
        {
            while (xml.Read())
            {
                if (xml.NodeType == XmlNodeType.Element && xml.Name == QuestionElement)
                {
                    return true;
                }
            }

            return false;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    private static XmlReaderSettings Settings =>
        new()
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true
        };

    private static async Task<(XElement Element, int Line)?> NextAsync(
        XmlReader xml, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var line = 1;
        try
        {
            while (xml.NodeType != XmlNodeType.Element || xml.Name != QuestionElement)
            {
                if (xml.NodeType == XmlNodeType.Element && xml.Depth >= MaxDepth)
                {
                    throw new InputException(options.FileName, $"elements are nested more than {MaxDepth} deep.", LineOf(xml));
                }

                if (!await xml.ReadAsync())
                {
                    return null;
                }
            }

            line = LineOf(xml);
            return (await ElementAsync(xml, options, cancellationToken), line);
        }
        catch (XmlException exception)
        {
            throw new InputException(
                options.FileName, $"the XML cannot be read: {Reason(exception)}.", Math.Max(exception.LineNumber, 1), exception);
        }
        catch (BoundedText.RecordTooLongException exception)
        {
            throw new InputException(
                options.FileName,
                $"the question that starts here is longer than {options.MaxRecordLength:N0} characters (MaxRecordLength).",
                Math.Max(line, LineOf(xml)),
                exception);
        }
    }

    /// <summary>Reads a question's element without recursion, so that no depth of nesting ends the process.</summary>
    private static async Task<XElement> ElementAsync(XmlReader xml, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        using var subtree = xml.ReadSubtree();
        var open = new Stack<XElement>();
        XElement? root = null;
        while (await subtree.ReadAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (subtree.NodeType)
            {
                case XmlNodeType.Element:
                    var element = new XElement(subtree.LocalName);
                    if (open.Count >= MaxDepth)
                    {
                        throw new InputException(options.FileName, $"elements are nested more than {MaxDepth} deep.", LineOf(xml));
                    }

                    foreach (var id in (ReadOnlySpan<string>)["qid", "questionid"])
                    {
                        if (subtree.GetAttribute(id) is { } value)
                        {
                            element.SetAttributeValue("id", value);
                        }
                    }

                    (open.TryPeek(out var parent) ? parent : null)?.Add(element);
                    root ??= element;
                    if (!subtree.IsEmptyElement)
                    {
                        open.Push(element);
                    }

                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace
                    or XmlNodeType.SignificantWhitespace when open.TryPeek(out var around):
                    around.Add(await subtree.GetValueAsync());
                    break;
            }
        }

        return root!;
    }

    private const int MaxDepth = 32;

    private static SourceRecord Record(XElement question, int line, int number)
    {
        var subject = First(question, "SUBJECT");
        var message = First(question, "MESSAGE");
        return new SourceRecord
        {
            Line = line,
            Number = number,
            Id = question.Attribute("id")?.Value,
            Topic = First(question, "TYPE"),
            Context = message is null ? null : subject,
            Text = message ?? subject ?? First(question, "NLM-Summary") ?? First(question, "NIST-PARAPHRASE"),
            References = [.. question.Descendants("ANSWER").Select(Text).Where(static text => text.Length > 0)],
            MayBeFree = true,
        };
    }

    private static string? First(XElement question, string name) =>
        question.Descendants(name).Select(Text).FirstOrDefault(static text => text.Length > 0);

    private static string Text(XElement element) => WhiteSpace().Replace(element.Value, " ").Trim();

    /// <summary>Returns what the parser says without the place; names in it can be as long as the file.</summary>
    private static string Reason(XmlException fault)
    {
        var reason = fault.Message.Split(" Line ", 2)[0].TrimEnd('.');
        return reason.Length <= 200 ? reason : string.Concat(reason.AsSpan(0, 200), "…");
    }

    private static int LineOf(XmlReader xml) => (xml as IXmlLineInfo)?.LineNumber is > 0 and var line ? line : 1;

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex WhiteSpace();
}
