/** Where events take place: dates and times of day are local to it. */
export const timeZone = 'Asia/Manila'
