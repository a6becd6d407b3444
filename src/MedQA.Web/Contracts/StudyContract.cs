using MedQA.Pipeline.Studies;

namespace MedQA.Web.Contracts;

/// <summary>Converts a study from the pipeline to the API's contract.</summary>
internal static class StudyContract
{
    extension(StudyResource)
    {
        /// <summary>Converts a study for a list.</summary>
        public static StudyResource Of(StudyManifest study) => Plain(study ?? throw new ArgumentNullException(nameof(study)));

        /// <summary>Returns a study and each rater's progress.</summary>
        public static StudyResource Of(Study study, IReadOnlyList<RaterRatings> ratings)
        {
            ArgumentNullException.ThrowIfNull(study);
            return Plain(study.Manifest) with
            {
                Raters = [.. study.Manifest.Raters.Select(
                    invited => RaterResource.Of(study, invited, ratings.FirstOrDefault(rating => rating.Rater.Name == invited.Rater)))]
            };
        }

        /// <summary>Converts a study just created, with the raters' links.</summary>
        public static StudyResource Of(Study study, IReadOnlyList<RaterLink> links)
        {
            var made = Of(study, [.. links.Select(static link => RaterRatings.None(link.Rater))]);
            return made with
            {
                Raters = [.. made.Raters!.Value.Zip(links, static (rater, link) => rater with { Link = RaterResource.PathOf(link) })]
            };
        }
    }

    extension(RaterResource)
    {
        /// <summary>A rater.</summary>
        /// <param name="study">The study.</param>
        /// <param name="invited">The rater as invited.</param>
        /// <param name="ratings">The rater's ratings; <see langword="null"/> once the rater is deleted.</param>
        public static RaterResource Of(Study study, InvitedRater invited, RaterRatings? ratings)
        {
            ArgumentNullException.ThrowIfNull(study);
            ArgumentNullException.ThrowIfNull(invited);
            var (axes, answers) = (study.Manifest.Rubric.Axes.Length, ratings?.Answers.Values ?? []);
            return new RaterResource
            {
                Rater = invited.Rater,
                Label = invited.Label,
                State = ratings?.Rater.State,
                Assigned = study.QueueOf(invited.Rater).Length,
                Rated = answers.Count(answer => !answer.Skipped && answer.Choices.Count == axes),
                Begun = answers.Count(answer => !answer.Skipped && answer.Choices.Count > 0 && answer.Choices.Count < axes),
                Skipped = answers.Count(static answer => answer.Skipped),
                Seconds = answers.Sum(static answer => answer.Seconds),
                LastClick = ratings?.Rater.LastClick,
            };
        }

        /// <summary>The path of a link on the service.</summary>
        public static string PathOf(RaterLink link) => $"/rate#{link}";
    }

    private static StudyResource Plain(StudyManifest study) => new()
    {
        Study = study.Study,
        Name = study.Name,
        Title = study.Title,
        Created = study.Created,
        Rubric = study.Rubric.Name,
        Axes = study.Rubric.Axes.Length,
        Sources = study.Sources,
        Strata = study.Strata,
        Seed = study.Seed,
        RatersPerAnswer = study.RatersPerAnswer,
        Pilot = study.Pilot,
        Questions = study.Questions,
        Answers = study.Answers,
        Notes = study.Notes,
    };
}
