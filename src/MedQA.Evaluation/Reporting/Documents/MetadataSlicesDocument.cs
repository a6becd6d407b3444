using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>Accuracy by metadata as people read it.</summary>
internal static class MetadataSlicesDocument
{
    public static IReadOnlyList<Block> Of(MetadataSlices slices) =>
    [
        new Heading(2, "Metadata"),
        .. slices.Names is { } names ? Listed(names) : [],
        .. slices.Slices.IsEmpty ? ImmutableArray<Block>.Empty :
        [
        new Table(
            [
                new("metadata"),
                new("value"),
                new("correct", true),
                new("accuracy", true),
                new("95 % interval"),
                new("p", true),
                new("p, corrected", true)
            ],
            [.. slices.Slices.Select(Row)]),
        ],
        .. slices.Tests == 0
            ? ImmutableArray<Block>.Empty
            :
            [
                new Paragraph(
                    "p is of the test whether all other questions are answered right as often ("
                        + (slices.IsClustered ? "a score test of clusters, since questions belong together" : "Fisher's exact test")
                        + $"), corrected by Holm's method for {Figures.Count(slices.Tests)} tests."),
            ],
        .. slices.Warnings.Select(static warning => new Paragraph(warning)),
    ];

    private static ImmutableArray<Block> Listed(ImmutableArray<MetadataName> names) => names.IsEmpty
        ? [new Paragraph("The question set has no other columns.")]
        :
        [
            new Table(
                [new("metadata"), new("questions", true), new("values", true)],
                [
                    .. names.Select(static name => ImmutableArray.Create(
                        name.Name,
                        Figures.Count(name.Questions),
                        name.Values > MetadataSlices.MaxValues ? $"more than {MetadataSlices.MaxValues}" : Figures.Count(name.Values))),
                ]),
        ];

    private static ImmutableArray<string> Row(MetadataSlice slice) =>
    [
        slice.Name,
        slice.Value ?? "(none)",
        Figures.Of(slice.Accuracy.Correct, slice.Accuracy.Scored),
        Figures.Percent(slice.Accuracy.Value),
        Figures.Interval(slice.Accuracy),
        slice.P is { } p ? Figures.P(p) : "",
        slice.CorrectedP is { } corrected ? Figures.P(corrected) : "",
    ];
}
