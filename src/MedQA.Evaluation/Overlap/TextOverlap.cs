using System.Text;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Overlap;

/// <summary>
/// Finds questions whose text appears in a training text: whole, or 512 characters of it in one run (the rule of Med-PaLM 2, arXiv
/// 2305.09617, section on overlap analysis). White space counts as one space; everything else is compared exactly. Contexts and
/// options are ignored.
/// </summary>
/// <remarks>
/// Memory is that of the questions; the training text streams through. Every run of 512 characters holds a piece of 32 that starts at a
/// multiple of 481 in its question, so only these pieces are looked up, and what surrounds a piece that is found is compared.
/// </remarks>
public sealed class TextOverlap
{
    /// <summary>The length of a run that is an overlap, however long the question is.</summary>
    public const int LongEnough = 512;

    /// <summary>Questions shorter than this are not looked for: they occur in many texts by chance.</summary>
    public const int ShortestQuestion = Piece;

    private const int Piece = 32;
    private const int BlockLength = 1 << 20;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly List<(string Dataset, string Id, string Text)> _questions = [];
    private readonly Dictionary<ulong, List<(int Question, int Start)>> _pieces = [];
    private readonly HashSet<(string Dataset, string Question)> _found = [];
    private readonly ulong _highest;
    private int _longest;

    /// <summary>Prepares to look for questions.</summary>
    public TextOverlap(IEnumerable<Question> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        _highest = 1;
        for (var i = 1; i < Piece; i++)
        {
            _highest *= Multiplier;
        }

        foreach (var question in questions)
        {
            Add(question);
        }
    }

    /// <summary>Questions that are looked for.</summary>
    public int Count => _questions.Count;

    /// <summary>Questions that are too short to be looked for.</summary>
    public int TooShort { get; private set; }

    /// <summary>Questions found so far, by data set and id.</summary>
    public IReadOnlySet<(string Dataset, string Question)> Found => _found;

    /// <summary>Looks through a text of any length, on top of those before it.</summary>
    public async Task ScanAsync(TextReader text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        var block = new char[BlockLength];
        var carried = "";
        int read;
        while ((read = await text.ReadBlockAsync(block, cancellationToken)) > 0)
        {
            var part = OneSpaced(string.Concat(carried, block.AsSpan(0, read)));
            ScanSpaced(part);

            // A run that continues in the next block must be whole there.
            carried = part[Math.Max(0, part.Length - Math.Max(_longest, Piece))..];
        }
    }

    /// <summary>Looks through a text, on top of those before it.</summary>
    public void Scan(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ScanSpaced(OneSpaced(text));
    }

    private static string OneSpaced(string text)
    {
        var spaced = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (!char.IsWhiteSpace(character))
            {
                spaced.Append(character);
            }
            else if (spaced.Length == 0 || spaced[^1] != ' ')
            {
                spaced.Append(' ');
            }
        }

        return spaced.ToString();
    }

    private void Add(Question question)
    {
        var text = OneSpaced(question.Text).Trim();
        if (text.Length < ShortestQuestion)
        {
            TooShort++;
            return;
        }

        for (var start = 0; start + Piece <= text.Length; start += LongEnough - Piece + 1)
        {
            var hash = 0ul;
            foreach (var character in text.AsSpan(start, Piece))
            {
                hash = (hash * Multiplier) + character;
            }

            if (!_pieces.TryGetValue(hash, out var places))
            {
                _pieces.Add(hash, places = []);
            }

            places.Add((_questions.Count, start));
        }

        _questions.Add((question.Dataset, question.Id, text));
        _longest = Math.Max(_longest, text.Length);
    }

    private void ScanSpaced(string text)
    {
        var hash = 0ul;
        for (var i = 0; i < text.Length; i++)
        {
            hash -= i >= Piece ? text[i - Piece] * _highest : 0;
            hash = (hash * Multiplier) + text[i];
            if (i >= Piece - 1 && _pieces.TryGetValue(hash, out var places))
            {
                foreach (var (question, start) in places)
                {
                    Compare(text, i - Piece + 1, question, start);
                }
            }
        }
    }

    /// <summary>How far text and question agree around a piece decides.</summary>
    private void Compare(string text, int at, int index, int start)
    {
        var (dataset, id, question) = _questions[index];
        if (_found.Contains((dataset, id)))
        {
            return;
        }

        var wanted = Math.Min(LongEnough, question.Length);
        var after = text.AsSpan(at).CommonPrefixLength(question.AsSpan(start));
        if (after < Piece)
        {
            return;
        }

        var before = 0;
        while (before < start && before < at && after + before < wanted && text[at - before - 1] == question[start - before - 1])
        {
            before++;
        }

        if (after + before >= wanted)
        {
            _found.Add((dataset, id));
        }
    }
}
