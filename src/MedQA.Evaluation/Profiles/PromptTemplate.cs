using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;

namespace MedQA.Evaluation.Profiles;

/// <summary>
/// A text with placeholders in braces. <c>{{</c> and <c>}}</c> are braces. Values are inserted once and never looked at again, so a
/// question that contains <c>{options}</c> is unchanged. A line of the template whose placeholders are all empty is left out together
/// with its line feed: a question without a context has no context line.
/// </summary>
public sealed class PromptTemplate
{
    private static readonly ConditionalWeakTable<string, PromptTemplate> Known = [];

    private readonly ImmutableArray<ImmutableArray<Piece>> _lines;

    private PromptTemplate(ImmutableArray<ImmutableArray<Piece>> lines) => _lines = lines;

    /// <summary>The placeholders of a question's template, besides <c>{a}</c> to <c>{z}</c>.</summary>
    public static IReadOnlyCollection<string> QuestionPlaceholders { get; } = ["instruction", "context", "question", "options"];

    /// <summary>The placeholders of an option's and of an answer's template.</summary>
    public static IReadOnlyCollection<string> OptionPlaceholders { get; } = ["letter", "option"];

    /// <summary>
    /// The placeholders of an instruction: <c>{answers}</c> are all answers that the question has, as they are to be written.
    /// </summary>
    public static IReadOnlyCollection<string> InstructionPlaceholders { get; } = ["answers"];

    /// <summary>The names of the placeholders, in order of their first place.</summary>
    public IEnumerable<string> Placeholders =>
        _lines.SelectMany(static line => line).Where(static piece => piece.IsPlaceholder).Select(static piece => piece.Text).Distinct();

    /// <summary>
    /// Returns the template of a text, which is read once for as long as that text lives: every question of a run asks for those of its
    /// profile.
    /// </summary>
    /// <exception cref="FormatException">A brace is open or closed without its partner.</exception>
    public static PromptTemplate Of(string template) => Known.GetValue(template, Parse);

    /// <summary>Reads a template.</summary>
    /// <exception cref="FormatException">A brace is open or closed without its partner.</exception>
    public static PromptTemplate Parse(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var lines = ImmutableArray.CreateBuilder<ImmutableArray<Piece>>();
        var line = ImmutableArray.CreateBuilder<Piece>();
        var literal = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            var c = template[i];
            switch (c)
            {
                case '{' or '}' when i + 1 < template.Length && template[i + 1] == c:
                    literal.Append(c);
                    i++;
                    break;
                case '{':
                    var end = template.AsSpan(i + 1).IndexOfAny('{', '}', '\n');
                    if (end <= 0 || template[i + 1 + end] != '}')
                    {
                        throw new FormatException(
                            $"has a brace at character {i + 1} that is not closed, or is empty; write a literal brace twice.");
                    }

                    Flush();
                    line.Add(new Piece(template.Substring(i + 1, end), IsPlaceholder: true));
                    i += end + 1;
                    break;
                case '}':
                    throw new FormatException(
                        $"has a closing brace at character {i + 1} that nothing opened; write a literal brace twice.");
                case '\n':
                    Flush();
                    lines.Add(line.ToImmutable());
                    line.Clear();
                    break;
                default:
                    literal.Append(c);
                    break;
            }
        }

        Flush();
        lines.Add(line.ToImmutable());
        return new PromptTemplate(lines.ToImmutable());

        void Flush()
        {
            if (literal.Length > 0)
            {
                line.Add(new Piece(literal.ToString(), IsPlaceholder: false));
                literal.Clear();
            }
        }
    }

    /// <summary>Returns whether a placeholder appears in the template.</summary>
    public bool Mentions(string placeholder) => _lines.Any(line => line.Any(piece => piece.IsPlaceholder && piece.Text == placeholder));

    /// <summary>Puts values in place of the placeholders.</summary>
    /// <param name="valueOf">The value of a placeholder; empty or <see langword="null"/> if there is none.</param>
    public string Render(Func<string, string?> valueOf)
    {
        ArgumentNullException.ThrowIfNull(valueOf);
        var text = new StringBuilder();
        var first = true;
        foreach (var line in _lines)
        {
            var (begin, placeholders, filled) = (text.Length, false, false);
            if (!first)
            {
                text.Append('\n');
            }

            foreach (var piece in line)
            {
                var value = piece.IsPlaceholder ? valueOf(piece.Text) : piece.Text;
                text.Append(value);
                placeholders |= piece.IsPlaceholder;
                filled |= piece.IsPlaceholder && value?.Length > 0;
            }

            if (placeholders && !filled)
            {
                text.Length = begin;
                continue;
            }

            first = false;
        }

        return text.ToString();
    }

    private readonly record struct Piece(string Text, bool IsPlaceholder);
}
